#include "milter/filter/rules/evals/pdf_facts.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_of_file = 8 << 20;  ///< bytes
constexpr std::size_t most_details = 64;       ///< of each kind
constexpr std::size_t most_uris = 20;

/// MD5, in capitals, of what is added piece by piece.
class Digest {
public:
    void add(std::string_view text)
    {
        g_checksum_update(sum_.get(), reinterpret_cast<const guchar*>(text.data()),
                          static_cast<gssize>(text.size()));
        any_ = any_ || !text.empty();
    }
    void put_into(std::set<std::string>& digests)
    {
        if (!any_) return;
        std::string text = g_checksum_get_string(sum_.get());
        for (auto& c : text)
            if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
        digests.insert(std::move(text));
    }

private:
    std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sum_{g_checksum_new(G_CHECKSUM_MD5),
                                                                &g_checksum_free};
    bool any_ = false;
};

std::optional<std::uint32_t> take_number(std::string_view& text)
{
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : text.substr(0, std::min<std::size_t>(digits, 9)))
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    text.remove_prefix(digits);
    return static_cast<std::uint32_t>(number);
}

bool take(std::string_view& text, std::string_view beginning)
{
    if (!text.starts_with(beginning)) return false;
    text.remove_prefix(beginning.size());
    return true;
}

bool take_blank(std::string_view& text)
{
    if (text.empty() || !is_blank(text.front())) return false;
    text.remove_prefix(1);
    return true;
}

/// A matrix `W 0 0 H 0 0 cm`, that stretches an image; none else.
std::optional<ImageSize> stretched_size(std::string_view line)
{
    ImageSize size;
    for (int place = 0; place < 6; ++place) {
        const auto number = take_number(line);
        if (!number || !take_blank(line)) return std::nullopt;
        line = without_leading_blanks(line);
        if (place == 0) size.width = *number;
        if (place == 3) size.height = *number;
    }
    return line == "cm" ? std::optional{size} : std::nullopt;
}

/// A key and its number at the start, `/Width 20`, which are taken off.
std::optional<std::uint32_t> take_length(std::string_view& text, std::string_view key)
{
    if (!take(text, key) || !take_blank(text)) return std::nullopt;
    return take_number(text);
}

/// `/Width W/Height H` behind something else; otherwise a size of 0. Of a line that begins with one
/// of them SpamAssassin reads that one only, which is no size.
ImageSize written_size(std::string_view line)
{
    for (const auto key : {"/Width", "/Height"})
        if (auto start = line; take_length(start, key)) return {};
    for (auto at = line.find("/Width"); at != std::string_view::npos;
         at = line.find("/Width", at + 1)) {
        auto rest = line.substr(at);
        const auto width = take_length(rest, "/Width");
        const auto height = width ? take_length(rest, "/Height") : std::nullopt;
        if (height) return {*height, *width};
    }
    return {};
}

/// `(..)` or `<..>` at the start, with up to two blanks before it; empty: there is none.
std::string_view text_at_start(std::string_view rest)
{
    for (int blanks = 0; blanks < 2 && !rest.empty() && is_blank(rest.front()); ++blanks)
        rest.remove_prefix(1);
    constexpr std::size_t longest = 4'096;
    rest = rest.substr(0, longest);
    if (rest.starts_with('<')) {
        const auto end = rest.find('>');
        return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end + 1);
    }
    if (!rest.starts_with('(')) return {};
    for (auto end = rest.find(')'); end != std::string_view::npos; end = rest.find(')', end + 1))
        if (rest[end - 1] != '\\') return rest.substr(0, end + 1);
    return {};
}

struct Detail {
    std::string_view key;
    std::string_view name;
    bool is_date;
};
constexpr auto details_known = std::to_array<Detail>({{"Author", "author", false},
                                                      {"CreationDate", "created", true},
                                                      {"Creator", "creator", false},
                                                      {"ModDate", "modified", true},
                                                      {"Producer", "producer", false},
                                                      {"Title", "title", false}});

/// The value behind a key: a text, or the digits of `(D:20200131...)`.
std::string value_of(std::string_view rest, bool is_date)
{
    const auto text = text_at_start(rest);
    if (!is_date) return text.empty() ? std::string{} : pdf_text(text);
    constexpr std::string_view begin = "(D:";
    constexpr std::size_t most_blanks = 2;
    const auto at = rest.substr(0, most_blanks + begin.size()).find(begin);
    if (at == std::string_view::npos || !without_leading_blanks(rest.substr(0, at)).empty())
        return {};
    rest.remove_prefix(at + begin.size());
    return std::string{rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size()))};
}

/// Reads one file, line by line.
class Reader {
public:
    explicit Reader(PdfFacts& facts) : facts_{facts} {}

    void take_line(std::string_view line)
    {
        add_fuzzy(line);
        if (line.starts_with("/Encrypt")) facts_.encrypted = true;
        if (line.find("/Image") != std::string_view::npos) in_image_ = true;
        if (in_image_) look_for_size(line);
        if (line.starts_with('/'))
            keys_.add(line.substr(1, static_cast<std::size_t>(
                                         std::find_if_not(line.begin() + 1, line.end(), is_letter) -
                                         line.begin() - 1)));
        for (auto at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1))
            look_at_key(line, at + 1);
        look_at_bare_uris(line);
    }

    void finish()
    {
        if (height_ > 0 && width_ > 0) facts_.sizes.insert({clamp(height_), clamp(width_)});
        fuzzy_.put_into(facts_.fuzzy_digests);
        keys_.put_into(facts_.fuzzy_digests);
    }

private:
    static std::uint32_t clamp(std::uint64_t number)
    {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
    }

    void add_fuzzy(std::string_view line)
    {
        constexpr std::size_t most_lines = 70;
        if (fuzzy_done_ || ++lines_ >= most_lines) return;
        const bool is_size = line.starts_with("/Height") || line.starts_with("/Width") ||
                             line.starts_with("/MediaBox") || line.starts_with("/CropBox");
        if (!line.starts_with('%') && !is_size && !stretched_size(line)) {
            auto text = line;
            while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
            fuzzy_.add(text);
        }
        if (line.find("stream") != std::string_view::npos) fuzzy_done_ = true;
    }

    void look_for_size(std::string_view line)
    {
        const auto stretched = stretched_size(line);
        const auto size = stretched ? *stretched : written_size(line);
        if (size.height == 0 || size.width == 0) return;
        fuzzy_done_ = true;
        in_image_ = false;
        height_ += size.height;
        width_ += size.width;
        facts_.area += size.area();
        ++facts_.images;
        facts_.sizes.insert(size);
    }

    void look_at_key(std::string_view line, std::size_t at)
    {
        const auto rest = line.substr(at);
        if (rest.starts_with("URI")) return look_at_uri(line, at);
        for (const auto& [key, name, is_date] : details_known) {
            if (!rest.starts_with(key)) continue;
            auto& values = facts_.details[std::string{name}];
            const auto behind = rest.substr(key.size());
            if (values.size() < most_details && (is_date || !text_at_start(behind).empty()))
                if (auto value = value_of(behind, is_date); !is_date || !value.empty())
                    values.insert(std::move(value));
        }
    }

    /// `/URI (..)` at the start of a line, or behind `/S /URI`.
    void look_at_uri(std::string_view line, std::size_t at)
    {
        if (facts_.uris.size() >= most_uris) return;
        auto before = line.substr(0, at - 1);
        while (!before.empty() && is_blank(before.back())) before.remove_suffix(1);
        if (!(before.empty() || before.ends_with("/S/URI") || before.ends_with("/S /URI"))) return;
        take_uri(pdf_text(text_at_start(line.substr(at + 3))));
    }

    /// `(https://..)>>`, wherever it stands: its key may be on a line before.
    void look_at_bare_uris(std::string_view line)
    {
        constexpr std::size_t least = 8;  // behind the scheme
        constexpr std::size_t most = 256;
        for (auto at = line.find("(http"); at != std::string_view::npos;
             at = line.find("(http", at + 1)) {
            if (facts_.uris.size() >= most_uris) return;
            const auto text = line.substr(at + 1);
            for (const std::string_view scheme : {"http://", "https://"}) {
                if (!text.starts_with(scheme)) continue;
                constexpr std::string_view brackets = ")>>";
                const auto end = text.substr(0, scheme.size() + most + brackets.size())
                                     .find(brackets, scheme.size() + least);
                if (end != std::string_view::npos) take_uri(pdf_text(text.substr(0, end)));
            }
        }
    }

    void take_uri(std::string uri)
    {
        const auto dot = uri.find('.');
        if (dot == std::string::npos || dot == 0 || uri.find('\0') != std::string::npos) return;
        if (std::find(facts_.uris.begin(), facts_.uris.end(), uri) == facts_.uris.end())
            facts_.uris.push_back(std::move(uri));
    }

    PdfFacts& facts_;
    Digest fuzzy_;
    Digest keys_;
    std::size_t lines_ = 0;
    bool fuzzy_done_ = false;  ///< at the first stream or image
    bool in_image_ = false;
    std::uint64_t height_ = 0;
    std::uint64_t width_ = 0;
};

constexpr std::size_t longest_text = 256;  ///< bytes
/// With the mark of UTF-16, and zeros between the letters that are taken out. A file may have a key
/// every few bytes, the same long text behind each.
constexpr std::size_t most_undone = 2 + 2 * longest_text;

std::string from_hexadecimal(std::string_view digits)
{
    std::string text;
    for (std::size_t at = 0; at + 1 < digits.size() && text.size() < most_undone;) {
        const auto high = hex_value(digits[at]);
        const auto low = hex_value(digits[at + 1]);
        if (high < 0 || low < 0) {
            ++at;
            continue;
        }
        text += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return text;
}

/// Undoes `\376`, `\(`, `\)` and `\\`.
std::string without_escapes(std::string_view text)
{
    const auto octal = [&](std::size_t at) {
        return at < text.size() && text[at] >= '0' && text[at] <= '7';
    };
    std::string plain;
    for (std::size_t at = 0; at < text.size() && plain.size() < most_undone; ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            plain += text[at];
        } else if (octal(at + 1) && text[at + 1] <= '3' && octal(at + 2) && octal(at + 3)) {
            plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                       text[at + 3] - '0');
            at += 3;
        } else if (text[at + 1] == '(' || text[at + 1] == ')' || text[at + 1] == '\\') {
            plain += text[++at];
        } else {
            plain += text[at];
        }
    }
    return plain;
}

}  // namespace

std::string pdf_text(std::string_view written)
{
    std::string text;
    if (written.starts_with('<')) {
        text = from_hexadecimal(written);
    } else {
        if (written.starts_with('(')) written.remove_prefix(1);
        if (written.ends_with(')')) written.remove_suffix(1);
        text = without_escapes(written);
    }
    if (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE")) {
        text.erase(0, 2);
        text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
    }
    text.resize(std::min(text.size(), longest_text));
    return text;
}

void PdfFacts::take(std::string_view file, const std::string& name)
{
    constexpr std::size_t magic_within = 1'024;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (file.starts_with(byte_order_mark)) file.remove_prefix(byte_order_mark.size());
    if (file.substr(0, magic_within + 8).find("%PDF-") == std::string_view::npos) return;
    if (!name.empty()) names.insert(name);
    Reader reader{*this};
    for (auto rest = file; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (end > 0) reader.take_line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    reader.finish();
    Digest whole;
    whole.add(file);
    whole.put_into(digests);
}

PdfFacts PdfFacts::of(const Rendering& rendering)
{
    PdfFacts facts;
    for (const auto& part : rendering.parts) {
        const bool is_pdf = part.type == "application/pdf" || part.type == "image/pdf";
        const bool is_bytes =
            part.type == "application/octet-stream" || part.type == "image/octet-stream";
        if (!part.is_leaf || (!is_pdf && !is_bytes)) continue;
        const auto ending =
            part.name.size() < 4 ? std::string{} : part.name.substr(part.name.size() - 4);
        const bool is_named =
            find_ignoring_case(ending, ".pdf") == 0 || find_ignoring_case(ending, ".fdf") == 0;
        if (!is_pdf && !is_named) continue;
        ++facts.count;
        auto file = decoded_body(part);
        file.resize(std::min(file.size(), most_of_file));
        facts.take(file, part.name);
    }
    return facts;
}

}  // namespace lazaret::filter::rules
