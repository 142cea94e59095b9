#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "milter/filter/rules/patterns/pattern.hpp"
#include "milter/filter/rules/patterns/pattern_tree.hpp"

namespace lazaret::filter::rules {

/// An expression that is a choice between a few bytes one behind the other, told apart by the
/// first of them: `e`, or `(?:e|\xc3[\xa8-\xab])`.
///
/// Rules count such letters over a whole message, and a call of PCRE2 for each costs a hundred
/// times what looking at the byte does. 256 bytes, and 32 for each byte of a choice.
class ByteChoice {
public:
    /// @return nothing, where the expression is anything else.
    static std::optional<ByteChoice> of(const Pattern& pattern);

    /// How often it matches, one match behind the other; no more than `most`.
    [[nodiscard]] std::uint32_t count(std::string_view text, std::uint32_t most) const noexcept;

private:
    [[nodiscard]] bool stands_at(std::string_view text, std::size_t place,
                                 const std::vector<ByteSet>& bytes) const noexcept;

    std::vector<std::vector<ByteSet>> choices_;
    std::array<std::uint8_t, 256> by_first_{};  ///< which choice, from 1; 0: none
};

}  // namespace lazaret::filter::rules
