#include "milter/filter/rules/rendering/rule_headers.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/rendering/rule_charset.hpp"
#include "milter/filter/rules/rendering/transfer_decoding.hpp"

namespace lazaret::filter::rules {
namespace {

// Fields in which encoded words are none.
bool is_never_encoded(std::string_view name)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"received", "message-id", "resent-message-id", "date", "resent-date", "mime-version",
         "references", "in-reply-to"});
    return starts_ignoring_case(name, "list-") ||
           std::any_of(names.begin(), names.end(),
                       [&](std::string_view known) { return same_ignoring_case(name, known); });
}

// An encoded word (RFC 2047 2).
struct EncodedWord {
    std::string_view charset;
    bool is_base64 = false;
    std::string_view data;
    std::size_t length = 0;
};

std::optional<EncodedWord> encoded_word_at(std::string_view text)
{
    if (!text.starts_with("=?")) return std::nullopt;
    const auto is_charset = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '*' || c == '_' || c == '-';
    };
    std::size_t at = 2;
    while (at < text.size() && is_charset(text[at])) ++at;
    if (at == 2 || at + 2 >= text.size() || text[at] != '?' || text[at + 2] != '?')
        return std::nullopt;
    const auto kind = static_cast<char>(text[at + 1] | 0x20);
    if (kind != 'b' && kind != 'q') return std::nullopt;
    const auto data = at + 3;
    const auto end = text.find('?', data);
    if (end == std::string_view::npos || !text.substr(end + 1).starts_with('='))
        return std::nullopt;
    return EncodedWord{text.substr(2, at - 2), kind == 'b', text.substr(data, end - data), end + 2};
}

// A stretch of a field in one charset; empty for what was not encoded.
struct Stretch {
    std::string charset;
    std::string bytes;
};

void put_stretch(std::string& out, const Stretch& stretch)
{
    if (stretch.charset.empty()) {
        out += stretch.bytes;
        return;
    }
    // RFC 2231 5: a language may stand behind the charset.
    const auto charset = std::string_view{stretch.charset}.substr(0, stretch.charset.find('*'));
    const auto text = read_charset(stretch.bytes, charset, CharsetTrust::Declared);
    out += text.text ? *text.text : stretch.bytes;
}

// Words of the same charset are put together before they are read: some programs cut characters.
std::string with_words_decoded(std::string_view text)
{
    std::string out;
    Stretch open;
    const auto add = [&](std::string_view charset, std::string_view bytes) {
        const auto small = ascii_lower(charset);
        if (small != open.charset) {
            put_stretch(out, open);
            open = {small, {}};
        }
        open.bytes += bytes;
    };
    while (!text.empty()) {
        if (const auto word = encoded_word_at(text)) {
            add(word->charset, word->is_base64 ? decode_base64(word->data) : decode_q(word->data));
            text.remove_prefix(word->length);
            // Blanks between two words are none.
            const auto next = blanks.first_not_in(text);
            if (next != std::string_view::npos && next > 0 && encoded_word_at(text.substr(next)))
                text.remove_prefix(next);
            continue;
        }
        const auto next = text.find('=', text.starts_with('=') ? 1 : 0);
        add({}, text.substr(0, next));
        text.remove_prefix(std::min(next, text.size()));
    }
    put_stretch(out, open);
    return out;
}

// Each fold is one blank.
std::string unfolded(std::string_view raw)
{
    std::string out;
    out.reserve(raw.size());
    while (!raw.empty()) {
        const auto end = raw.find('\n');
        out += raw.substr(0, end);
        if (end == std::string_view::npos) break;
        raw.remove_prefix(end + 1);
        const auto text = std::min(raw.find_first_not_of(" \t"), raw.size());
        if (text == 0) {
            out += '\n';
            continue;
        }
        out += ' ';
        raw.remove_prefix(text);
    }
    return out;
}

// FNV-1a of the name in small letters.
std::uint32_t name_hash(std::string_view name)
{
    std::uint32_t hash = 2'166'136'261U;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(ascii_lower(c))) * 16'777'619U;
    return hash;
}

// What is left of line ends behind unfolding.
void drop_line_ends(std::string& text)
{
    make_line_ends_plain(text);
    std::erase(text, '\n');
}

}  // namespace

std::string decoded_field(std::string_view value, std::string_view name)
{
    std::string text{value};
    if (!is_ascii(text))
        if (auto read = read_charset(text, "utf-8", CharsetTrust::Bytes); read.text)
            text = std::move(*read.text);
    if (text.find("=?") == std::string::npos || is_never_encoded(name)) return text;
    return with_words_decoded(text);
}

const std::vector<HeaderAddress>& RuleHeaders::Field::addresses() const
{
    if (!addresses_) addresses_ = read_header_addresses(raw);
    return *addresses_;
}

void RuleHeaders::add(std::string_view name, std::string_view raw)
{
    if (fields_.size() >= most_fields) return;
    auto& field = fields_.emplace_back();
    name_hashes_.push_back(name_hash(name));
    field.name = name;
    field.raw = raw;
    auto value = without_blanks(raw);
    if (value.find('\n') == std::string_view::npos) {
        field.value = decoded_field(value, name);
        return;
    }
    auto unfolded_value = unfolded(value);
    if (unfolded_value.find('\n') != std::string::npos) drop_line_ends(unfolded_value);
    field.value = decoded_field(unfolded_value, name);
}

void RuleHeaders::remove(std::string_view beginning)
{
    std::size_t kept = 0;
    for (std::size_t at = 0; at < fields_.size(); ++at) {
        if (starts_ignoring_case(fields_[at].name, beginning)) continue;
        if (kept != at) {
            fields_[kept] = std::move(fields_[at]);
            name_hashes_[kept] = name_hashes_[at];
        }
        ++kept;
    }
    fields_.resize(kept);
    name_hashes_.resize(kept);
}

std::vector<const RuleHeaders::Field*> RuleHeaders::named(std::string_view name) const
{
    std::vector<const Field*> found;
    const auto hash = name_hash(name);
    for (std::size_t at = 0; at < fields_.size(); ++at)
        if (name_hashes_[at] == hash && same_ignoring_case(fields_[at].name, name))
            found.push_back(&fields_[at]);
    return found;
}

const RuleHeaders::Field* RuleHeaders::last(std::string_view name) const
{
    const auto hash = name_hash(name);
    for (auto at = fields_.size(); at > 0; --at)
        if (name_hashes_[at - 1] == hash && same_ignoring_case(fields_[at - 1].name, name))
            return &fields_[at - 1];
    return nullptr;
}

std::string_view RuleHeaders::value(std::string_view name) const
{
    const auto* field = last(name);
    return field ? std::string_view{field->value} : std::string_view{};
}

}  // namespace lazaret::filter::rules
