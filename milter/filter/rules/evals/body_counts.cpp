#include "milter/filter/rules/evals/body_counts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "milter/filter/rules/evals/locales.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

const MimePart* first_part(const Rendering& rendering, auto&& is_wanted)
{
    const auto found = std::find_if(rendering.parts.begin(), rendering.parts.end(), is_wanted);
    return found == rendering.parts.end() ? nullptr : &*found;
}

/// Two words with blanks between.
bool has_inner_blank(std::string_view line)
{
    line = without_blanks(line);
    return std::any_of(line.begin(), line.end(), is_blank);
}

bool is_base64_character(char c)
{
    return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

/// Two lines of base64, as a forwarded message without its structure leaves them.
bool begins_with_base64(std::string_view line)
{
    for (int times = 0; times < 2; ++times) {
        const auto end = std::find_if_not(line.begin(), line.end(), is_base64_character);
        const auto length = static_cast<std::size_t>(end - line.begin());
        if (length < 60 || length > 76 || length == line.size() || line[length] != ' ')
            return false;
        line.remove_prefix(length + 1);
    }
    return true;
}

/// What each byte adds: to `capitals` in the upper half, to `others` in the lower one.
constexpr auto letter_counts = [] {
    std::array<std::uint64_t, 256> counts{};
    for (std::size_t byte = 0; byte < counts.size(); ++byte) {
        const auto c = static_cast<char>(byte);
        if (is_capital(c)) counts[byte] = std::uint64_t{1} << 32;
        else if ((c >= 'a' && c <= 'z') || is_digit(c)) counts[byte] = 1;
    }
    return counts;
}();

struct Letters {
    std::size_t length = 0;
    std::size_t capitals = 0;
    std::size_t others = 0;  ///< small letters and digits

    void take(std::string_view text)
    {
        length += text.size();
        std::uint64_t counts = 0;
        for (const char c : text) counts += letter_counts[static_cast<unsigned char>(c)];
        capitals += counts >> 32;
        others += counts & 0xffff'ffff;
    }
};

/// Without what stands between the first and the last escape sequence of Japanese text.
void take_without_japanese(std::string_view line, Letters& letters)
{
    const auto begin = line.find("\x1b$B");
    const auto end = line.rfind("\x1b(B");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 3)
        return letters.take(line);
    letters.take(line.substr(0, begin));
    letters.take(line.substr(end + 3));
}

}  // namespace

BlankLines blank_lines(std::span<const std::string_view> raw_body)
{
    BlankLines seen;
    for (auto text : raw_body)
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
            ++seen.lines;
            if (without_leading_blanks(text.substr(0, end)).empty()) ++seen.blank;
            text.remove_prefix(end);
        }
    return seen;
}

int greatest_blank_share(std::span<const std::string_view> body)
{
    constexpr std::size_t some_length = 5;
    int greatest = -1;
    for (const auto text : body) {
        if (text.size() <= some_length) continue;
        const auto blank_count =
            static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
        const auto others = text.size() - blank_count;
        greatest = std::max(greatest, blank_count > others || others == 0
                                          ? 100
                                          : static_cast<int>(100 * blank_count / others));
    }
    return greatest;
}

double SignatureLengths::ratio() const
{
    return signature == 0 ? 1e6 : static_cast<double>(body) / static_cast<double>(signature);
}

std::optional<SignatureLengths> signature_lengths(const Rendering& rendering)
{
    constexpr std::size_t decoy = 4;  ///< a last line that ends in so few bytes begins no signature
    const auto* part =
        first_part(rendering, [](const auto& each) { return each.type.starts_with("text/plain"); });
    if (!part) return std::nullopt;
    const auto text = part->decoded;
    SignatureLengths lengths{text.size(), 0};
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        auto line = text.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if ((line == "--" || line == "-- ") && text.size() - end > decoy)
            lengths = {begin, text.size() - end};
        begin = end + 1;
    }
    return lengths;
}

double capitals_percentage(const Rendering& rendering, const MimeCounts& mime)
{
    constexpr std::size_t short_text = 200;
    const auto types = rendering.headers().named("Content-Type");
    if ((!types.empty() && looks_like_capitals(charset_in(types.front()->value)) &&
         !charset_in(types.front()->value).empty()) ||
        std::any_of(mime.charsets.begin(), mime.charsets.end(), looks_like_capitals))
        return 0;
    Letters letters;
    for (const auto line : rendering.body)
        if (has_inner_blank(line) && !begins_with_base64(line))
            take_without_japanese(line, letters);
    const auto both = letters.capitals + letters.others;
    if (letters.length < short_text || both == 0) return 0;
    return static_cast<double>(letters.capitals) / static_cast<double>(both) * 100;
}

}  // namespace lazaret::filter::rules
