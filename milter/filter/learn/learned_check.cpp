#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/translatable.hpp"
#include "milter/filter/learn/model.hpp"
#include "milter/filter/learn/points.hpp"

namespace lazaret::filter {
namespace {

constexpr double points_per_log_odds = 2.35;
constexpr double half_trusted_at = 2.0;  // messages of the rarer kind
constexpr double excess_doubted = 0.1;   // as many more for each spam that no wanted mail balances
constexpr double kind_assumed = 12.0;    // wanted messages of a kind, before any was seen
constexpr double kind_doubted = 1.5;  // for each root of the spam messages beyond the wanted ones
constexpr double worth_words = 1.0;   // points below which nobody asks for the words
constexpr double worth_own_points = 0.2;

// How strongly, in words for people.
std::string_view sentence(double log_odds)
{
    const auto size = std::abs(log_odds);
    const bool spam = log_odds > 0;
    if (size >= 4.0)
        return spam ? N_("it closely resembles mail that people here called spam")
                    : N_("it closely resembles mail that people here called wanted");
    if (size >= 1.5)
        return spam ? N_("it much resembles mail that people here called spam")
                    : N_("it much resembles mail that people here called wanted");
    return spam ? N_("it somewhat resembles mail that people here called spam")
                : N_("it somewhat resembles mail that people here called wanted");
}

double trust_in(std::uint64_t ham, std::uint64_t spam)
{
    // Who teaches much spam and little wanted mail has not shown what wanted mail looks like here.
    const auto rarer = static_cast<double>(std::min(ham, spam));
    const auto excess = static_cast<double>(spam) - rarer;
    return rarer / (rarer + half_trusted_at + excess_doubted * excess);
}

double trust_in_kind(const Experience& experience)
{
    // By the square root, as what is counted is uncertain: in proportion it would let spam through
    // where hardly anybody writes such mail, which is what a site that is full of spam looks like.
    const auto ham = static_cast<double>(experience.alike_ham) + kind_assumed;
    const auto excess = std::max(0.0, static_cast<double>(experience.alike_spam) - ham);
    return ham / (ham + kind_doubted * std::sqrt(excess));
}

double rounded(double points) { return std::round(points * 100.0) / 100.0; }

Hit hit_for(double points, double log_odds, const Model& model, std::string_view message)
{
    const bool spam = points > 0;
    std::string why{sentence(log_odds)};
    const auto words = std::abs(points) < worth_words
                           ? std::vector<std::string>{}
                           : model.telling_words(message, spam ? Label::Spam : Label::Ham);
    if (!words.empty()) why += fmt::format(" ({})", fmt::join(words, ", "));
    return {spam ? "LEARNED_SPAM" : "LEARNED_HAM", points, std::move(why)};
}

std::optional<Hit> own_hit_for(OwnLogOdds own, const LearnedConfig& config)
{
    const auto points = own_points(own.sum(), config);
    if (std::abs(points) < worth_own_points) return std::nullopt;
    const bool spam = points > 0;
    // The two may speak against each other.
    const bool is_his = spam ? own.account > own.tenant : own.account < own.tenant;
    const std::string_view why =
        is_his ? (spam ? N_("the recipient called such mail spam")
                       : N_("the recipient called such mail wanted"))
               : (spam ? N_("people of the recipient's organisation called such mail spam")
                       : N_("people of the recipient's organisation called such mail wanted"));
    return Hit{"LEARNED_OWN", points, std::string{why}};
}

}  // namespace

double trust_in(const Experience& experience)
{
    return experience.strict
               ? trust_in(experience.alike_ham, experience.alike_spam)
               : trust_in(experience.ham, experience.spam) * trust_in_kind(experience);
}

double learned_points(double log_odds, const Experience& experience, const LearnedConfig& config)
{
    return std::clamp(rounded(points_per_log_odds * log_odds * trust_in(experience)),
                      config.least_points, config.most_points);
}

double own_points(double log_odds, const LearnedConfig& config)
{
    const auto most = std::max(config.most_points, -config.least_points);
    return std::clamp(rounded(points_per_log_odds * log_odds), -most, most);
}

const KnownOpinion& opinion_in(Findings& findings, const Snapshot<Model>& model, const Mail& mail)
{
    if (!findings.opinion) {
        auto now = model.get();
        auto opinion = now->opinion_of(mail.bytes);
        findings.opinion =
            std::make_shared<const KnownOpinion>(KnownOpinion{std::move(now), std::move(opinion)});
    }
    return *findings.opinion;
}

Check learned_check(std::shared_ptr<const Snapshot<Model>> model, const LearnedConfig& config)
{
    return {
        "learned", [model = std::move(model), config](const Mail& mail, Findings& findings) {
            const auto& known = opinion_in(findings, *model, mail);
            const auto& opinion = known.opinion;
            const auto points = learned_points(opinion.shared, opinion.experience, config);
            if (points != 0.0)
                findings.hits.push_back(hit_for(points, opinion.shared, *known.model, mail.bytes));
            findings.own_opinion = [known = findings.opinion, config](Taste taste) {
                return own_hit_for(known->model->own_log_odds(known->opinion, taste), config);
            };
        }};
}

}  // namespace lazaret::filter
