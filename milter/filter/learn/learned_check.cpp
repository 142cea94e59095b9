#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "milter/filter/learn/model.hpp"
#include "milter/filter/learn/points.hpp"

namespace lazaret::filter {
namespace {

constexpr double points_per_log_odds = 2.2;
constexpr double half_trusted_at = 2.0;  // messages of the rarer kind
constexpr double excess_doubted = 0.1;   // as many more for each spam that no wanted mail balances

// How strongly, in words for people.
std::string_view degree(double log_odds)
{
    const auto size = std::abs(log_odds);
    return size >= 4.0 ? "closely" : size >= 1.5 ? "much" : "somewhat";
}

Hit hit_for(double points, double log_odds, const Model& model)
{
    const bool spam = points > 0;
    return {
        spam ? "LEARNED_SPAM" : "LEARNED_HAM", points,
        fmt::format("It {} resembles mail that people here called {} (taught by {} unwanted and "
                    "{} wanted messages)",
                    degree(log_odds), spam ? "spam" : "wanted", model.seen(Label::Spam),
                    model.seen(Label::Ham))};
}

}  // namespace

double learned_points(double log_odds, std::uint64_t ham_seen, std::uint64_t spam_seen,
                      const LearnedConfig& config)
{
    // Who teaches much spam and little wanted mail has not shown what wanted mail looks like here.
    const auto rarer = static_cast<double>(std::min(ham_seen, spam_seen));
    const auto excess = static_cast<double>(spam_seen) - rarer;
    const double trust = rarer / (rarer + half_trusted_at + excess_doubted * excess);
    const double points = points_per_log_odds * log_odds * trust;
    const double rounded = std::round(points * 100.0) / 100.0;
    return std::clamp(rounded, config.least_points, config.most_points);
}

Check learned_check(std::shared_ptr<const Snapshot<Model>> model, const LearnedConfig& config)
{
    return {"learned", [model = std::move(model), config](const Mail& mail, Findings& findings) {
                const auto now = model->get();  // one version for the whole message
                const auto log_odds = now->log_odds(mail.bytes);
                const auto points =
                    learned_points(log_odds, now->seen(Label::Ham), now->seen(Label::Spam), config);
                if (points != 0.0) findings.hits.push_back(hit_for(points, log_odds, *now));
            }};
}

}  // namespace lazaret::filter
