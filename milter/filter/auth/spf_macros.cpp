#include "milter/filter/auth/spf_macros.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lazaret::filter::auth {
namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_explanation = 500;
// More can only be there to cost time: a macro may stand for nothing at all.
constexpr std::size_t most_pieces = 254;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_alpha(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }

// A part of a macro string: bytes as they are, or a macro.
struct Piece {
    std::string_view literal;  // also of `%%`, `%_` and `%-`
    char letter = 0;           // small; 0 for bytes as they are
    bool is_expand = false;    // written with a %: what may end a domain-spec
    bool is_escaped = false;   // the letter was a capital: to be escaped for a URL
    bool is_reversed = false;
    std::size_t parts = SIZE_MAX;  // how many to take from the right
    std::string_view delimiters;   // empty for `.`
};

// The transformers and delimiters within the braces, behind the letter (7.1); false when they are
// none.
bool read_transformers(std::string_view text, Piece& piece)
{
    std::size_t at = 0;
    std::size_t parts = 0;
    // More parts than any value has are all of them: so a number of a thousand digits is a number.
    for (; at < text.size() && is_digit(text[at]); ++at)
        parts =
            std::min<std::size_t>(parts * 10 + static_cast<std::size_t>(text[at] - '0'), 10'000);
    if (at > 0) {
        if (parts == 0) return false;  // 7.3: "the value MUST be nonzero"
        piece.parts = parts;
    }
    if (at < text.size() && (text[at] == 'r' || text[at] == 'R')) {
        piece.is_reversed = true;
        ++at;
    }
    piece.delimiters = text.substr(at);
    return piece.delimiters.find_first_not_of(".-+,/_=") == text.npos;
}

// Takes `%{...}`, `%%`, `%_` or `%-` from the front of `text`, which begins with %.
std::optional<Piece> take_macro(std::string_view& text, std::string_view letters)
{
    Piece piece;
    piece.is_expand = true;
    const char second = text.size() > 1 ? text[1] : '\0';
    if (second == '%' || second == '_' || second == '-') {
        piece.literal = second == '%' ? "%" : second == '_' ? " " : "%20";
        text.remove_prefix(2);
        return piece;
    }
    const auto end = text.find('}');
    if (second != '{' || end == text.npos || end < 3) return std::nullopt;
    const char letter = text[2];
    piece.is_escaped = letter >= 'A' && letter <= 'Z';
    piece.letter = piece.is_escaped ? static_cast<char>(letter - 'A' + 'a') : letter;
    if (letters.find(piece.letter) == letters.npos) return std::nullopt;
    if (!read_transformers(text.substr(3, end - 3), piece)) return std::nullopt;
    text.remove_prefix(end + 1);
    return piece;
}

// Takes the next piece from the front; nothing when it is malformed.
std::optional<Piece> take_piece(std::string_view& text, std::string_view letters)
{
    if (text.front() == '%') return take_macro(text, letters);
    Piece piece;
    piece.literal = text.substr(0, text.find('%'));
    text.remove_prefix(piece.literal.size());
    return piece;
}

constexpr std::string_view domain_letters = "slodiphv";
constexpr std::string_view all_letters = "slodiphvcrt";

std::optional<std::vector<Piece>> pieces_of(std::string_view text, std::string_view letters)
{
    std::vector<Piece> pieces;
    while (!text.empty()) {
        const auto piece = take_piece(text, letters);
        if (!piece) return std::nullopt;
        pieces.push_back(*piece);
    }
    return pieces;
}

bool has_only(std::string_view text, char least)
{
    return std::ranges::all_of(text, [&](char byte) { return byte >= least && byte <= '~'; });
}

// RFC 7208 7.1: letters, digits and inner hyphens, not digits alone.
bool is_top_label(std::string_view label)
{
    const auto is_alphanum = [](char byte) { return is_alpha(byte) || is_digit(byte); };
    return !label.empty() && is_alphanum(label.front()) && is_alphanum(label.back()) &&
           std::ranges::all_of(label, [&](char b) { return is_alphanum(b) || b == '-'; }) &&
           !std::ranges::all_of(label, is_digit);
}

std::string escaped_for_url(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char byte : text) {
        const auto number = static_cast<unsigned char>(byte);
        if (is_alpha(byte) || is_digit(byte) || std::string_view{"-._~"}.find(byte) != SIZE_MAX)
            out += byte;
        else out += {'%', digits[number >> 4U], digits[number & 15U]};
    }
    return out;
}

// Its last parts, with the delimiters as they are.
std::string_view last_parts(std::string_view value, std::size_t parts, std::string_view delimiters)
{
    for (auto end = value.size(); end > 0;) {
        const auto at = value.find_last_of(delimiters, end - 1);
        if (at == value.npos) break;
        if (--parts == 0) return value.substr(at + 1);
        end = at;
    }
    return value;
}

// Its first parts, the last of them first, with dots.
std::string reversed_parts(std::string_view value, std::size_t parts, std::string_view delimiters)
{
    std::vector<std::string_view> first;
    for (std::size_t start = 0; start <= value.size() && first.size() < parts;) {
        const auto end = std::min(value.find_first_of(delimiters, start), value.size());
        first.push_back(value.substr(start, end - start));
        start = end + 1;
    }
    std::string out;
    for (auto part = first.rbegin(); part != first.rend(); ++part) {
        if (part != first.rbegin()) out += '.';
        out += *part;
    }
    return out;
}

// The value split, turned around, cut and put together again with dots (7.3). It costs what comes
// of it, however long the value is.
std::string transformed(std::string_view value, const Piece& piece)
{
    const auto delimiters = piece.delimiters.empty() ? "." : piece.delimiters;
    std::string out;
    if (piece.is_reversed) {
        out = reversed_parts(value, piece.parts, delimiters);
    } else {
        out = last_parts(value, piece.parts, delimiters);
        std::ranges::replace_if(
            out, [&](char byte) { return delimiters.find(byte) != delimiters.npos; }, '.');
    }
    return piece.is_escaped ? escaped_for_url(out) : out;
}

std::optional<std::string> text_of(const Piece& piece, const MacroValue& value_of)
{
    if (piece.letter == 0) return std::string{piece.literal};
    const auto value = value_of(piece.letter);
    if (!value) return std::nullopt;
    return transformed(*value, piece);
}

}  // namespace

bool is_domain_spec(std::string_view text)
{
    const auto pieces = pieces_of(text, domain_letters);
    if (!pieces || pieces->empty() || !has_only(text, '!')) return false;
    const auto& last = pieces->back();
    if (last.is_expand) return true;
    auto end = last.literal;
    if (end.ends_with('.')) end.remove_suffix(1);
    const auto dot = end.rfind('.');
    return dot != end.npos && is_top_label(end.substr(dot + 1));
}

bool is_macro_string(std::string_view text)
{
    return has_only(text, '!') && pieces_of(text, all_letters);
}

bool is_explanation(std::string_view text)
{
    return has_only(text, ' ') && pieces_of(text, all_letters);
}

std::optional<std::string> expand_domain(std::string_view text, const MacroValue& value_of)
{
    const auto pieces = pieces_of(text, domain_letters);
    if (!pieces) return std::string{};
    std::string name;
    std::size_t looked_at = 0;
    for (auto piece = pieces->rbegin(); piece != pieces->rend(); ++piece) {
        // One byte more than the longest name, and the dot at the end: the cut finds its place.
        if (name.size() > longest_name + 1 || looked_at++ == most_pieces) break;
        const auto part = text_of(*piece, value_of);
        if (!part) return std::nullopt;
        name.insert(0, *part);
    }
    if (name.ends_with('.')) name.pop_back();
    if (name.size() > longest_name) {
        const auto dot = name.find('.', name.size() - longest_name - 1);
        name.erase(0, dot == name.npos ? name.size() : dot + 1);
    }
    return name;
}

std::optional<std::string> expand_explanation(std::string_view text, const MacroValue& value_of)
{
    const auto pieces = pieces_of(text, all_letters);
    if (!pieces) return std::string{};
    std::string words;
    for (std::size_t at = 0; at < std::min(pieces->size(), most_pieces); ++at) {
        if (words.size() >= longest_explanation) break;
        const auto part = text_of((*pieces)[at], value_of);
        if (!part) return std::nullopt;
        words += *part;
    }
    return printable(words, longest_explanation);
}

std::string printable(std::string_view text, std::size_t most)
{
    std::string out{text.substr(0, most)};
    std::ranges::replace_if(
        out, [](char byte) { return byte < ' ' || byte > '~'; }, '?');
    return out;
}

}  // namespace lazaret::filter::auth
