#pragma once

namespace lazaret {

/// How many of the four blocks of a score are filled: how far it is on its way to certain spam.
/// The same in the report and on its pages.
/// @param refuse_at  the score from which all four are.
int filled_blocks(double score, double refuse_at) noexcept;

inline constexpr int score_blocks = 4;

}  // namespace lazaret
