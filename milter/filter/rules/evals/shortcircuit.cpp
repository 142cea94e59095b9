#include "milter/filter/rules/evals/shortcircuit.hpp"

#include <charconv>

namespace lazaret::filter::rules {
namespace {

std::optional<double> number_in(std::string_view text)
{
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc{} ? std::optional{number} : std::nullopt;
}

}  // namespace

Shortcircuit Shortcircuit::from(const RuleSettings& settings)
{
    Shortcircuit made;
    for (const auto& line : settings.lines("shortcircuit")) {
        const auto words = words_of(line.value);
        const auto kind = words.size() == 2 ? words[1] : std::string_view{};
        if (kind == "on") made.rules_.insert_or_assign(std::string{words[0]}, Kind::On);
        else if (kind == "spam") made.rules_.insert_or_assign(std::string{words[0]}, Kind::Spam);
        else if (kind == "ham") made.rules_.insert_or_assign(std::string{words[0]}, Kind::Ham);
        else if (kind == "off") made.rules_.erase(std::string{words[0]});
        else
            made.problems_.push_back(
                {line.place, {}, "It should be a rule's name and on, off, spam or ham."});
    }
    made.spam_points_ =
        number_in(settings.last("shortcircuit_spam_score")).value_or(made.spam_points_);
    made.ham_points_ =
        number_in(settings.last("shortcircuit_ham_score")).value_or(made.ham_points_);
    made.min_ham_ = number_in(settings.last("shortcircuit_min_ham_score"));
    made.max_spam_ = number_in(settings.last("shortcircuit_max_spam_score"));
    return made;
}

std::optional<Shortcircuit::Decision> Shortcircuit::decision(std::string_view rule,
                                                             double points) const
{
    const auto found = rules_.find(rule);
    if (found == rules_.end()) return std::nullopt;
    switch (found->second) {
        case Kind::On: return Decision{points >= 0, points < 0 ? -0.0001 : 0.0001};
        case Kind::Spam: return Decision{true, spam_points_};
        case Kind::Ham: return Decision{false, ham_points_};
    }
    return std::nullopt;
}

std::optional<Shortcircuit::Decision> Shortcircuit::decision_of_sum(double points) const
{
    const bool is_beyond = (min_ham_ && points < *min_ham_) || (max_spam_ && points > *max_spam_);
    if (!is_beyond) return std::nullopt;
    return Decision{points >= 0, points < 0 ? -0.001 : 0.001};
}

std::optional<int> Shortcircuit::priority(std::string_view rule) const
{
    const auto found = rules_.find(rule);
    if (found == rules_.end() || found->second == Kind::On) return std::nullopt;
    return -200;
}

}  // namespace lazaret::filter::rules
