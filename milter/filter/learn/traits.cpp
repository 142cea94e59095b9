#include "milter/filter/learn/traits.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "milter/filter/learn/word_bytes.hpp"
#include "milter/filter/message/header_text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t field_most = 1'000;  // bytes of one field that are looked at
constexpr std::size_t text_most = 100;     // bytes of one trait
constexpr std::size_t word_most = 12;      // words of the subject
constexpr std::size_t host_most = 12;
constexpr float of_identity = 1.0F;
constexpr float of_content = 0.5F;

// FNV-1a over the text in small letters, stirred; part of the model's format.
std::uint64_t hash_of(char kind, std::string_view text)
{
    constexpr std::uint64_t prime = 0x100000001B3u;
    std::uint64_t hash = (0xCBF29CE484222325u ^ static_cast<unsigned char>(kind)) * prime;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(ascii_lower(c))) * prime;
    hash ^= hash >> 32;
    return hash * 0x9E3779B97F4A7C15u;
}

// The host at the start of `text`, as it would stand in a URL or behind an @.
std::string_view host_at(std::string_view text)
{
    const auto end = std::find_if_not(text.begin(), text.end(), is_host_byte);
    auto host = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    while (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

// On one line, whatever its line ends were.
std::string unfolded(std::string_view value)
{
    std::string line;
    for (const char c : value.substr(0, 2 * field_most))
        if (c != '\r' && c != '\n' && line.size() < field_most) line += c;
    return line;
}

std::string decoded(std::string_view value)
{
    auto line = unfolded(value);
    return line.find("=?") == std::string::npos ? line : decoded_words(line);
}

}  // namespace

void Traits::add(char kind, std::string_view text, float size)
{
    text = trimmed(text).substr(0, text_most);
    if (text.empty() || count_ == most) return;
    const auto hash = hash_of(kind, text);
    const auto known = all();
    if (std::ranges::find(known, hash, &Trait::hash) != known.end()) return;
    traits_[count_++] = {hash, size};
}

void Traits::add_domains(char kind, std::string_view text, std::size_t at_most)
{
    for (auto at = text.find('@'); at != std::string_view::npos && at_most > 0; --at_most) {
        text.remove_prefix(at + 1);
        add(kind, host_at(text), of_identity);
        at = text.find('@');
    }
}

void Traits::add_author(std::string_view from)
{
    const auto text = decoded(from);
    const auto open = text.rfind('<');
    add_domains('d', text, 1);
    if (open == std::string::npos) return add('a', text, of_identity);
    const auto close = std::min(text.find('>', open), text.size());
    add('a', std::string_view{text}.substr(open + 1, close - open - 1), of_identity);
    add('n', std::string_view{text}.substr(0, open), of_identity);
}

void Traits::add_list(std::string_view list_id)
{
    const auto open = list_id.rfind('<');
    add('l', list_id.substr(open == std::string_view::npos ? 0 : open), of_identity);
}

void Traits::add_signer(std::string_view signature)
{
    // As a tag, not within the value of another.
    for (const std::string_view tag : {" d=", ";d=", "\td="})
        if (const auto at = signature.find(tag); at != std::string_view::npos)
            add('k', host_at(signature.substr(at + tag.size())), of_identity);
}

void Traits::add_words(std::string_view subject)
{
    const auto text = decoded(subject);
    std::size_t words = 0;
    for (auto at = text.begin(); at != text.end() && words < word_most;) {
        const auto begin = std::find_if(at, text.end(), is_word_byte);
        at = std::find_if_not(begin, text.end(), is_word_byte);
        if (at - begin < 3) continue;
        add('w', {begin, at}, of_content);
        ++words;
    }
}

void Traits::add_hosts(std::string_view text)
{
    constexpr std::string_view mark = "://";
    std::size_t hosts = 0;
    for (auto at = text.find(mark); at != std::string_view::npos && hosts < host_most; ++hosts) {
        text.remove_prefix(at + mark.size());
        add('h', host_at(text), of_content);
        at = text.find(mark);
    }
}

Traits::Traits(std::span<const HeaderField> header, std::string_view text)
{
    for (const auto& field : header) {
        const auto is = [&](std::string_view name) { return same_ignoring_case(field.name, name); };
        if (is("from")) add_author(field.value);
        else if (is("subject")) add_words(field.value);
        else if (is("reply-to")) add_domains('r', unfolded(field.value), 2);
        else if (is("sender")) add_domains('s', unfolded(field.value), 1);
        else if (is("list-id")) add_list(unfolded(field.value));
        else if (is("dkim-signature")) add_signer(unfolded(field.value));
    }
    add_hosts(text);
}

}  // namespace lazaret::filter
