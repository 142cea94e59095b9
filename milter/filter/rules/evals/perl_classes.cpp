#include "milter/filter/rules/evals/perl_classes.hpp"

namespace lazaret::filter::rules {

// Looks for the first letter in both cases with memchr, which is many times faster than a loop.
std::size_t find_ignoring_case(std::string_view text, std::string_view small_word,
                               std::size_t from) noexcept
{
    constexpr auto none = std::string_view::npos;
    if (small_word.empty()) return from <= text.size() ? from : none;
    const char first = small_word.front();
    const char capital = first >= 'a' && first <= 'z' ? static_cast<char>(first - 32) : first;
    const auto is_here = [&](std::size_t at) {
        if (text.size() - at < small_word.size()) return false;
        for (std::size_t letter = 1; letter < small_word.size(); ++letter)
            if (small(text[at + letter]) != small_word[letter]) return false;
        return true;
    };
    auto next_small = text.find(first, from);
    auto next_capital = capital == first ? none : text.find(capital, from);
    while (next_small != none || next_capital != none) {
        auto& next = next_small < next_capital ? next_small : next_capital;
        if (is_here(next)) return next;
        next = text.find(text[next], next + 1);
    }
    return none;
}

}  // namespace lazaret::filter::rules
