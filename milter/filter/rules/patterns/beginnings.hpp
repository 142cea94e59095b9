#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "milter/filter/rules/patterns/pattern.hpp"
#include "milter/filter/rules/patterns/pattern_tree.hpp"

namespace lazaret::filter::rules {

/// Where in a text a match of an expression can begin, by four bytes.
///
/// PCRE2 tries each alternative at each place, which for a long choice costs hundreds of
/// instructions a byte; here a place costs some five, and few are left. 8 kB each.
class Beginnings {
public:
    static constexpr std::size_t length = 4;  ///< bytes that are looked at

    /// @return nothing, where the expression is not understood, a match can be empty, or one may
    /// begin nearly anywhere.
    static std::optional<Beginnings> of(const Pattern& pattern);

    /// The same for one that begins where a line does, for next_line() alone: blanks that it may
    /// begin with are passed over, else each line that begins with four of them could be one.
    static std::optional<Beginnings> of_lines(const Pattern& pattern);

    /// The first place at or behind `from` where a match can begin; `npos` without one.
    [[nodiscard]] std::size_t next(std::string_view text, std::size_t from) const noexcept;

    /// The same, of those where a line begins.
    [[nodiscard]] std::size_t next_line(std::string_view text, std::size_t from) const noexcept;

private:
    static std::optional<Beginnings> of(const PatternTree& tree);
    [[nodiscard]] bool can_begin_in_line(std::string_view text, std::size_t line) const noexcept;
    [[nodiscard]] bool can_be_at(std::string_view text, std::size_t place) const noexcept;

    // A bit for each of 64 sequences of four sets: those that may have this byte in each place. By
    // byte first: a text has few different ones, and what they ask for stands together.
    using Places = std::array<std::uint64_t, length>;
    std::array<Places, 256> by_byte_{};
    ByteSet skipped_;  ///< may stand, as often as it likes, between a line's begin and these
};

}  // namespace lazaret::filter::rules
