#include "milter/filter/rules/rules_check.hpp"

#include <algorithm>
#include <cmath>

#include "milter/filter/dns/blocked_lists.hpp"
#include "milter/filter/learn/points.hpp"
#include "milter/filter/network.hpp"

namespace lazaret::filter::rules {
namespace {

// bayes_min_ham_num and bayes_min_spam_num of SpamAssassin.
constexpr std::uint64_t least_seen = 200;
// Scores beside a learner leave some of the work to it, so where it says little of a message's kind
// those without one tell spam better.
constexpr double least_trust = 0.5;

std::optional<double> spam_probability(const RulesTools& tools, const Mail& mail,
                                       Findings& findings)
{
    if (!tools.model) return std::nullopt;
    const auto& opinion = opinion_in(findings, *tools.model, mail).opinion;
    if (std::min(opinion.experience.ham, opinion.experience.spam) < least_seen) return std::nullopt;
    if (trust_in(opinion.experience) < least_trust) return std::nullopt;
    return 1.0 / (1.0 + std::exp(-opinion.shared));
}

// The learned check has hits and points of its own.
bool asks_learner(const Rule& rule)
{
    const auto* eval = std::get_if<EvalRule>(&rule.test);
    return rule.flags.learn && eval && eval->call.function == "check_bayes";
}

/// A message whose rules have begun.
struct Begun {
    std::shared_ptr<const RuleBook> book;
    RuleBook::Judging judging;
    std::size_t place;  ///< of the rules' hits among the others
    bool all_rules;
};

void finish(Begun& begun, const Mail& mail, Findings& findings)
{
    const auto& book = *begun.book;
    std::vector<Hit> hits;
    for (const auto& hit : begun.judging.finish()) {
        const auto& rule = book.rule(hit.rule);
        if (begun.all_rules) findings.rules.push_back({rule.name, hit.value});
        if (rule.is_helper() || asks_learner(rule) || hit.points == 0) continue;
        hits.push_back({rule.name, hit.points, rule.description, rule.descriptions});
    }
    findings.hits.insert(findings.hits.begin() + static_cast<std::ptrdiff_t>(begun.place),
                         std::move_iterator{hits.begin()}, std::move_iterator{hits.end()});
    if (mail.network)
        for (const auto& zone : dns::blocked_lists(mail.network->answers(), book.zones()))
            mail.network->does_not_answer_us(zone);
}

Check::Rest begin(const RulesTools& tools, const Mail& mail, Findings& findings)
{
    const auto book = tools.book->get();
    const auto wanted = tools.all_rules ? Wanted::Everything : Wanted::Points;
    // Shared, for a function can be copied.
    const auto begun = std::make_shared<Begun>(
        Begun{book, book->begin(mail, {spam_probability(tools, mail, findings)}, wanted),
              findings.hits.size(), tools.all_rules});
    return [begun, &mail](Findings& all) { finish(*begun, mail, all); };
}

}  // namespace

Check rules_check(RulesTools tools)
{
    return {"rules", {}, [tools = std::move(tools)](const Mail& mail, Findings& findings) {
                return begin(tools, mail, findings);
            }};
}

}  // namespace lazaret::filter::rules
