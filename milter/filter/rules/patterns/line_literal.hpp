#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

/// A literal that every match of an expression has, of those that begin where a line does: in the
/// line in which it begins, or a known number of lines behind.
///
/// PCRE2 goes to the end of each line to find that it is not there; memchr() passes over what lies
/// between two of them.
class LineLiteral {
public:
    /// @return nothing, where the expression is not understood, begins elsewhere, or has no such
    /// literal.
    static std::optional<LineLiteral> of(const Pattern& pattern);

    /// The first line at or behind `from` in which a match can begin; `npos` without one.
    [[nodiscard]] std::size_t next_line(std::string_view text, std::size_t from) const noexcept;

private:
    struct Letter {
        char one;
        char other;  ///< the same letter in the other case, or the same byte
    };

    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from) const noexcept;
    [[nodiscard]] bool is_at(std::string_view text, std::size_t place) const noexcept;

    static constexpr std::size_t longest = 16;
    std::array<Letter, longest> letters_{};
    std::size_t length_ = 0;
    std::size_t anchor_ = 0;       ///< the place of a letter that has one form only
    std::size_t lines_ahead_ = 0;  ///< so many line ends a match may take before it
};

}  // namespace lazaret::filter::rules
