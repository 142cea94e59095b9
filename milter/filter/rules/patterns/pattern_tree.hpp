#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <vector>

#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

using ByteSet = std::bitset<256>;

/// All from `low` to `high`.
ByteSet byte_range(unsigned low, unsigned high);

/// An expression, as far as it says which bytes stand one behind the other: what looks around,
/// anchors, and how often at most something is repeated if not as often as at least, are left out.
struct PatternTree {
    enum class Kind {
        Nothing,     ///< takes no byte
        Byte,        ///< one of `bytes`
        Sequence,    ///< its parts, one behind the other
        Choice,      ///< one of its parts
        Repetition,  ///< its part, at least `least` times
    };

    Kind kind = Kind::Nothing;
    ByteSet bytes{};
    std::vector<PatternTree> parts{};
    std::size_t least = 1;
    bool is_repeated = false;  ///< more than once may be
    bool is_exact = false;     ///< more often than `least` may not
};

/// Reads an expression. A byte has both its cases where one of the flags, or one within the
/// expression, leaves case out.
/// @return nothing, where something of it is not understood.
std::optional<PatternTree> pattern_tree(const Pattern& pattern);

/// What stands one behind the other in it, with the sequences in it taken apart, and without what
/// takes no byte.
std::vector<const PatternTree*> parts_in_order(const PatternTree& tree);

}  // namespace lazaret::filter::rules
