#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "milter/filter/rules/language/statements.hpp"

namespace lazaret::filter::rules {

/// What rules count for which nobody said a score.
enum class UnsaidScores {
    One,        ///< 1 point, as in SpamAssassin
    Suggested,  ///< what their authors suggest, where sa-update's scores are not there; else 1
};

/// As [rules] suggested_scores says.
constexpr UnsaidScores unsaid_scores(bool suggested)
{
    return suggested ? UnsaidScores::Suggested : UnsaidScores::One;
}

/// A suggestion counts for no more: it is an upper bound for who measures it, and half of what
/// holds mail by default.
inline constexpr double most_suggested = 2.5;

/// The scores that authors of rules suggest, in comments of the form `#score NAME NUMBER`, for who
/// measures them on mail. What was measured stands in `72_scores.cf`, which sa-update brings and
/// distributions leave out; where it is among the files there are no suggestions.
class SuggestedScores {
public:
    SuggestedScores() = default;
    explicit SuggestedScores(std::span<const RuleFile> files);

    /// Whether that file has measured scores; for those that others include.
    static bool is_measured(std::string_view file);

    /// Of a rule that stands in that file; the last one of the same folder counts. Only where
    /// SpamAssassin's own rules stand (`72_active.cf`): elsewhere such a comment is what a site
    /// took out of its settings.
    [[nodiscard]] std::optional<double> of(std::string_view file, std::string_view rule) const;

private:
    std::map<std::pair<std::string, std::string>, double> scores_;  ///< by folder and rule
};

}  // namespace lazaret::filter::rules
