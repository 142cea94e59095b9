#include "milter/filter/rules/evals/mime_counts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_fair_line = 79;  ///< bytes, with its end

std::string small_letters(std::string_view text)
{
    std::string letters{text};
    for (auto& c : letters) c = small(c);
    return letters;
}

/// Calls `take` for each line, with its end.
template <class Take>
void for_each_line(std::string_view text, Take&& take)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        take(text.substr(0, end));
        text.remove_prefix(end);
    }
}

// Names of ASCII, and parts of such names: what has one of them in it counts as ASCII.
constexpr auto ascii_names =
    std::to_array<std::string_view>({"us", "ascii", "ansi_x3.4-1968", "ansi_x3.4-1986", "iso-ir-6",
                                     "iso_646.irv:1991", "ibm367", "cp367"});

bool is_ascii_name(std::string_view charset)
{
    return std::any_of(ascii_names.begin(), ascii_names.end(),
                       [&](auto name) { return contains(charset, name); });
}

/// `iso-` and two parts with a hyphen between, and none of the charsets that there are.
bool is_bad_iso_name(std::string_view charset)
{
    const auto iso = charset.find("iso-");
    if (iso == std::string_view::npos) return false;
    const auto rest = charset.substr(iso + 4);
    const auto hyphen = rest.find('-', 1);
    if (hyphen == std::string_view::npos ||
        std::none_of(rest.begin() + static_cast<std::ptrdiff_t>(hyphen) + 1, rest.end(), is_word))
        return false;
    for (const std::string_view known : {"2022-jp", "2022-kr"})
        if (rest.starts_with(known) &&
            (rest.size() == known.size() || !is_word(rest[known.size()])))
            return false;
    constexpr std::string_view latin = "8859-";
    if (!rest.starts_with(latin)) return true;
    auto digits = rest.substr(latin.size());
    const auto count = std::min(digits.find_first_not_of("0123456789"), digits.size());
    const bool ends_word = count == digits.size() || !is_word(digits[count]);
    return count == 0 || count > 2 || !ends_word;
}

/// Whether a byte is NUL, CR or above 127; eight at a time, since nearly none is.
bool has_more_than_ascii(std::string_view text)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = ones << 7U;
    const auto zero_bytes = [](std::uint64_t word) { return (word - ones) & ~word & tops; };
    for (; text.size() >= 8; text.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), sizeof word);
        if (((word & tops) | zero_bytes(word) | zero_bytes(word ^ (ones * '\r'))) != 0) return true;
    }
    return std::any_of(text.begin(), text.end(), [](char c) {
        return c == '\0' || c == '\r' || static_cast<unsigned char>(c) >= 0x80;
    });
}

bool is_capital_hexadecimal(char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); }

/// Whether `=XX` encodes what could stand as it is: a tab, or an ASCII character but `=`.
bool is_needless_escape(char high, char low)
{
    if (high == '0') return low == '9';
    if (!is_capital_hexadecimal(low)) return false;
    switch (high) {
        case '3': return low != 'D';
        case '2':
        case '4':
        case '5':
        case '6': return true;
        case '7': return low != 'F';
        default: return false;
    }
}

/// How many needless escapes end the line: blanks there must be encoded.
std::size_t escapes_at_end(std::string_view line)
{
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    std::size_t count = 0;
    for (; line.ends_with("=20") || line.ends_with("=09"); line.remove_suffix(3)) ++count;
    return count;
}

struct QuotedPrintable {
    std::size_t bytes = 0;
    std::size_t escapes = 0;
};

void count_quoted_printable(std::string_view line, QuotedPrintable& seen, MimeCounts& counts)
{
    if (line.starts_with("SPAM: ")) return;
    if (line.size() > longest_fair_line) counts.has_long_quoted_printable_line = true;
    seen.bytes += line.size();
    std::size_t escapes = 0;
    for (auto at = line.find('='); at != std::string_view::npos && at + 2 < line.size();
         at = line.find('=', at)) {
        const bool counted = is_needless_escape(line[at + 1], line[at + 2]);
        escapes += counted ? 1U : 0U;
        at += counted ? 3 : 1;
    }
    if (escapes == 0) return;
    seen.escapes += escapes - std::min(escapes, escapes_at_end(line));
}

struct References {
    std::size_t references = 0;
    std::size_t other_bytes = 0;
};

void count_references(std::string_view text, References& seen)
{
    constexpr std::size_t length = 8;  // &#x041F;
    std::size_t found = 0;
    for (auto at = text.find('&'); at != std::string_view::npos && at + length <= text.size();
         at = text.find('&', at)) {
        const auto reference = text.substr(at, length);
        const bool counted =
            reference.starts_with("&#x") && reference.ends_with(';') &&
            std::all_of(reference.begin() + 3, reference.end() - 1, is_capital_hexadecimal);
        found += counted ? 1U : 0U;
        at += counted ? length : 1;
    }
    seen.references += found;
    seen.other_bytes += text.size() - found * length;
}

/// Sizes of the alternatives, each of its last part.
struct Alternatives {
    std::optional<std::size_t> plain;
    std::optional<std::size_t> html;
};

/// Counts as it goes from part to part.
struct Counter {
    MimeCounts counts;
    QuotedPrintable quoted_printable;
    References references;
    Alternatives alternatives;

    void take_head(const MimePart& part, const std::string& charset, const std::string& disposition,
                   const ExpectedCharsets& expected);
    void take_body(const MimePart& part, const std::string& charset,
                   const std::string& disposition);
    void finish();
};

void Counter::take_head(const MimePart& part, const std::string& charset,
                        const std::string& disposition, const ExpectedCharsets& expected)
{
    const bool is_base64 = contains(part.encoding, "base64");
    const auto& type = written_type(part);
    if (type == "multipart/alternative") counts.has_alternative = true;
    if (type == "text/html") ++counts.html_parts;
    else if (type.starts_with("text")) ++counts.text_parts;
    if (is_base64) ++counts.base64_parts;
    else if (contains(part.encoding, "quoted-printable")) ++counts.quoted_printable;
    if (contains(disposition, "attachment")) counts.has_attachment = true;
    if (is_base64 && type.starts_with("text") && (charset.empty() || is_ascii_name(charset)) &&
        !disposition.starts_with("attachment") && !disposition.starts_with("inline"))
        counts.has_base64_text = true;
    if (is_bad_iso_name(charset)) counts.has_bad_iso_charset = true;
    if (std::none_of(charset.begin(), charset.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
        return;
    counts.charsets.push_back(charset);
    if (!expected.has(charset)) counts.has_faraway_charset = true;
}

void Counter::take_body(const MimePart& part, const std::string& charset,
                        const std::string& disposition)
{
    const auto& type = written_type(part);
    const bool is_plain = type == "text/plain";
    const bool is_html = type == "text/html";
    if (!contains(disposition, "attachment") && (is_plain || is_html))
        (is_plain ? alternatives.plain : alternatives.html) =
            counts.has_alternative ? part.raw.size() : 0;
    if (part.encoding == "quoted-printable")
        for_each_line(part.raw, [&](std::string_view line) {
            count_quoted_printable(line, quoted_printable, counts);
        });
    if (!is_plain) return;
    if (!counts.has_8bit_in_ascii && (!part.charset || charset == "us-ascii") &&
        has_more_than_ascii(part.raw))
        counts.has_8bit_in_ascii = true;
    if (part.encoding.empty() || part.encoding == "7bit" || part.encoding == "8bit")
        count_references(part.raw, references);
}

double ratio(std::size_t part, std::size_t whole)
{
    return static_cast<double>(part) / static_cast<double>(whole);
}

void Counter::finish()
{
    if (quoted_printable.bytes > 0) {
        counts.quoted_printable_ratio = ratio(quoted_printable.escapes, quoted_printable.bytes);
        counts.quoted_printable = quoted_printable.escapes;
    }
    if (references.other_bytes > 0)
        counts.character_reference_ratio = ratio(references.references, references.other_bytes);
    if (counts.has_alternative && alternatives.plain && alternatives.html.value_or(0) > 0)
        counts.alternative_ratio = ratio(*alternatives.plain, *alternatives.html);
}

}  // namespace

MimeCounts MimeCounts::of(const Rendering& rendering, const ExpectedCharsets& expected)
{
    Counter counter;
    for (const auto& part : rendering.parts) {
        const auto charset = small_letters(part.charset.value_or(std::string{}));
        const auto disposition = small_letters(part.disposition);
        counter.take_head(part, charset, disposition, expected);
        if (part.is_leaf) counter.take_body(part, charset, disposition);
    }
    counter.finish();
    return std::move(counter.counts);
}

std::optional<double> MimeCounts::value(std::string_view name, const MimeFaults& faults) const
{
    struct Row {
        std::string_view name;
        double value;
    };
    const auto yes = [](bool is_so) { return is_so ? 1.0 : 0.0; };
    const auto count = [](std::size_t number) { return static_cast<double>(number); };
    const auto rows = std::to_array<Row>({
        {"mime_ascii_text_illegal", yes(has_8bit_in_ascii)},
        {"mime_attachment", yes(has_attachment)},
        {"mime_bad_iso_charset", yes(has_bad_iso_charset)},
        {"mime_base64_count", count(base64_parts)},
        {"mime_base64_encoded_text", yes(has_base64_text)},
        {"mime_body_html_count", count(html_parts)},
        {"mime_body_text_count", count(text_parts)},
        {"mime_faraway_charset", yes(has_faraway_charset)},
        {"mime_missing_boundary", yes(faults.missing_boundary)},
        {"mime_multipart_alternative", yes(has_alternative)},
        {"mime_multipart_ratio", alternative_ratio},
        {"mime_qp_count", count(quoted_printable)},
        {"mime_qp_long_line", yes(has_long_quoted_printable_line)},
        {"mime_qp_ratio", quoted_printable_ratio},
        {"mime_text_unicode_ratio", character_reference_ratio},
    });
    for (const auto& row : rows)
        if (row.name == name) return row.value;
    return std::nullopt;
}

std::size_t longest_base64_line(const Rendering& rendering)
{
    std::size_t longest = 0;
    for (const auto& part : rendering.parts)
        if (part.is_leaf && part.encoding == "base64" && written_type(part) != "application/ics")
            for_each_line(part.raw,
                          [&](std::string_view line) { longest = std::max(longest, line.size()); });
    return longest;
}

}  // namespace lazaret::filter::rules
