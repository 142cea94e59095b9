#include "milter/filter/rules/evals/word_shape.hpp"

#include <array>

#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_word = 256;
constexpr std::size_t most_words = 8;

constexpr bool may_be_in_ip(char c)
{
    return is_digit(c) || c == '.' || c == ':' || (small(c) >= 'a' && small(c) <= 'f');
}

// How many bytes of `word` from `at` the sign of a shape takes; 0: it does not fit.
std::size_t taken_by(char sign, std::string_view word, std::size_t at)
{
    std::size_t end = at;
    switch (sign) {
        case '?': return at < word.size() ? 1 : 0;
        case '#':
            while (end < word.size() && is_digit(word[end])) ++end;
            return end - at;
        case '%':
            while (end < word.size() && may_be_in_ip(word[end])) ++end;
            return is_ip_address(word.substr(at, end - at)) ? end - at : 0;
        default: return at < word.size() && word[at] == sign ? 1 : 0;
    }
}

// Each sign but `*` takes what it takes in one way only, so it is enough to come back to the last
// `*` that was passed.
bool fits(std::string_view word, std::string_view shape, bool open_start, bool open_end)
{
    std::size_t at = 0;
    std::size_t sign = 0;
    bool has_star = open_start;
    std::size_t star_at = 0;
    std::size_t star_sign = 0;
    while (true) {
        if (sign == shape.size() && (open_end || at == word.size())) return true;
        if (sign < shape.size() && shape[sign] == '*') {
            has_star = true;
            star_at = at;
            star_sign = ++sign;
            continue;
        }
        if (const auto taken = sign < shape.size() ? taken_by(shape[sign], word, at) : 0) {
            at += taken;
            ++sign;
            continue;
        }
        if (!has_star || star_at >= word.size()) return false;
        at = ++star_at;
        sign = star_sign;
    }
}

struct ShapeWord {
    std::string_view text;
    bool open_start = false;
    bool open_end = false;
};

// The longest part of a shape that is no sign: without it in a text, nothing fits.
std::string_view longest_literal(std::string_view shape)
{
    std::string_view longest;
    while (!shape.empty()) {
        const auto literal = shape.substr(0, shape.find_first_of("*?#%^$ "));
        if (literal.size() > longest.size()) longest = literal;
        shape.remove_prefix(std::min(literal.size() + 1, shape.size()));
    }
    return longest;
}

struct Shape {
    std::array<ShapeWord, most_words> words{};
    std::size_t count = 0;

    explicit Shape(std::string_view text)
    {
        while (count < most_words) {
            const auto word = take_word(text);
            if (word.empty()) break;
            words.at(count++).text = word;
        }
        if (count == 0) return;
        auto& first = words.front();
        first.open_start = !first.text.starts_with('^');
        if (!first.open_start) first.text.remove_prefix(1);
        auto& last = words.at(count - 1);
        last.open_end = !last.text.ends_with('$');
        if (!last.open_end) last.text.remove_suffix(1);
    }
};

bool begins_with(std::string_view text, const Shape& shape)
{
    for (std::size_t at = 0; at < shape.count; ++at) {
        const auto word = take_word(text);
        const auto& wanted = shape.words.at(at);
        if (word.empty() ||
            !fits(word.substr(0, longest_word), wanted.text, wanted.open_start, wanted.open_end))
            return false;
    }
    return true;
}

}  // namespace

bool has_words(std::string_view text, std::string_view shape)
{
    if (!contains(text, longest_literal(shape))) return false;
    const Shape wanted{shape};
    while (!text.empty()) {
        if (begins_with(text, wanted)) return true;
        if (take_word(text).empty()) return false;
    }
    return false;
}

}  // namespace lazaret::filter::rules
