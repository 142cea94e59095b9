#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// Which hits decide about a message at once, without the rest of the rules (`shortcircuit RULE
/// on|spam|ham`).
class Shortcircuit {
public:
    /// What a hit decides.
    struct Decision {
        bool is_spam = false;
        double points = 0;  ///< of the hit SHORTCIRCUIT that comes with it
    };

    static Shortcircuit from(const RuleSettings& settings);

    /// @param points  what the rule's hit gives.
    [[nodiscard]] std::optional<Decision> decision(std::string_view rule, double points) const;

    /// Whether the sum of all points so far is beyond what `shortcircuit_min_ham_score` and
    /// `shortcircuit_max_spam_score` wait for.
    [[nodiscard]] std::optional<Decision> decision_of_sum(double points) const;

    /// Priority of a rule that has none of its own: those for spam and ham run first.
    [[nodiscard]] std::optional<int> priority(std::string_view rule) const;

    [[nodiscard]] bool is_off() const { return rules_.empty() && !min_ham_ && !max_spam_; }
    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

private:
    enum class Kind { On, Spam, Ham };
    std::map<std::string, Kind, std::less<>> rules_;
    double spam_points_ = 100;
    double ham_points_ = -100;
    std::optional<double> min_ham_;
    std::optional<double> max_spam_;
    std::vector<Problem> problems_;
};

}  // namespace lazaret::filter::rules
