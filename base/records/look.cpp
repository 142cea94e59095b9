#include "base/records/look.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

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
    return std::none_of(text.begin(), text.end(),
                        [](unsigned char c) { return c < ' ' || c == 127; });
}

bool is_web_address(std::string_view text)
{
    return is_one_line(text) && text.find_first_of(" \"<>\\") == std::string_view::npos &&
           (text.starts_with("https://") || text.starts_with("http://"));
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
