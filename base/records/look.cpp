#include "base/records/look.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace lazaret {
namespace {

// Relative luminance of one channel of sRGB, 0 to 1 (WCAG 2.2).
double linear(int channel)
{
    const double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

int channel(std::string_view colour, std::size_t at)
{
    int value = 0;
    std::from_chars(colour.data() + at, colour.data() + at + 2, value, 16);
    return value;
}

/// By the character that `left` begins with: 1 for U+2066 to U+2068, -1 for U+2069, which closes.
int isolates_opened(std::string_view left)
{
    if (!left.starts_with("\xe2\x81") || left.size() < 3) return 0;
    const auto last = static_cast<unsigned char>(left[2]);
    if (last == 0xa9) return -1;
    return last >= 0xa6 && last <= 0xa8 ? 1 : 0;
}

bool has_isolates(std::string_view text)
{
    for (std::size_t at = 0; at < text.size(); ++at)
        if (isolates_opened(text.substr(at)) != 0) return true;
    return false;
}

}  // namespace

Look look_of(Look site, const Settings& settings)
{
    const auto take = [](std::string& place, const std::string& own) {
        if (!own.empty()) place = own;
    };
    take(site.name, settings.report_name);
    take(site.colour, settings.report_colour);
    take(site.help_url, settings.report_help_url);
    take(site.footer, settings.report_footer);
    take(site.logo, settings.report_logo);
    return site;
}

std::string_view ink_on(std::string_view colour)
{
    if (!is_colour(colour)) return "#ffffff";
    const double luminance = 0.2126 * linear(channel(colour, 1)) +
                             0.7152 * linear(channel(colour, 3)) +
                             0.0722 * linear(channel(colour, 5));
    const double on_white = 1.05 / (luminance + 0.05);
    const double on_black = (luminance + 0.05) / 0.05;
    return on_white >= on_black ? "#ffffff" : "#000000";
}

bool is_one_line(std::string_view text)
{
    // U+0080 to U+009F, which terminals obey, and U+202A to U+202E, which turn what stands around
    // them. Isolates turn only what stands in them, where each is closed (UAX 9).
    const auto is_hidden = [](std::string_view left) {
        const auto at = [&](std::size_t i) {
            return i < left.size() ? static_cast<unsigned char>(left[i]) : 0U;
        };
        if (at(0) < ' ' || at(0) == 127) return true;
        if (at(0) == 0xc2) return at(1) < 0xa0;
        return at(0) == 0xe2 && at(1) == 0x80 && at(2) >= 0xaa && at(2) <= 0xae;
    };
    int open = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto left = text.substr(at);
        if (is_hidden(left)) return false;
        open += isolates_opened(left);
        if (open < 0) return false;
    }
    return open == 0 && valid_utf8(text) == text;
}

bool is_web_address(std::string_view text)
{
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return false;
    const auto host = text.substr(scheme + 3);
    return is_one_line(text) && !has_isolates(text) &&
           text.find_first_of(" \"<>\\") == std::string_view::npos &&
           (text.starts_with("https://") || text.starts_with("http://")) && !host.empty() &&
           std::string_view{"/?#:@."}.find(host.front()) == std::string_view::npos;
}

bool is_logo_name(std::string_view text)
{
    constexpr std::string_view in_name =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const auto dot = text.find('.');
    const auto type = text.substr(std::min(dot, text.size()));
    return dot > 0 && text.size() <= 100 &&
           text.substr(0, dot).find_first_not_of(in_name) == std::string_view::npos &&
           (type == ".png" || type == ".jpg" || type == ".gif");
}

bool is_colour(std::string_view text)
{
    return text.size() == 7 && text[0] == '#' &&
           text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

}  // namespace lazaret
