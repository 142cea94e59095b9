#include "milter/filter/rules/network/adsp_rules.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/rules/evals/signatures.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_authors = 5;
constexpr char unknown = 'U';

char practice_of(std::string_view word)
{
    if (word == "custom_low") return '1';
    if (word == "custom_med") return '2';
    if (word == "custom_high") return '3';
    if (word == "nxdomain") return 'N';
    if (word == "all") return 'A';
    return word == "unknown" ? unknown : 'D';
}

/// Of a record `dkim=all`.
char practice_in(const dns::Answer& answer)
{
    for (const auto& text : answer.records) {
        const auto small = ascii_lower(text);
        const auto begin = small.find("dkim=");
        if (begin != 0) continue;
        const auto word = small.substr(5, small.find_first_of("; \t", 5) - 5);
        if (word == "all") return 'A';
        if (word == "discardable") return 'D';
    }
    return unknown;
}

}  // namespace

AdspRules AdspRules::from(const RuleSettings& settings)
{
    AdspRules rules;
    for (const auto& line : settings.lines("adsp_override")) {
        const auto words = words_of(line.value);
        if (words.empty()) continue;
        auto domain = ascii_lower(words[0]);
        if (domain.starts_with('@')) domain.erase(0, 1);
        rules.overrides_.insert_or_assign(
            domain, words.size() > 1 ? practice_of(ascii_lower(words[1])) : 'D');
    }
    return rules;
}

bool AdspRules::has(std::string_view function)
{
    return function == "check_dkim_adsp" || function == "check_dkim_signall";
}

std::string AdspRules::add(const NetworkRule& rule, const EvalCall& call)
{
    const auto& arguments = call.arguments;
    if (call.function == "check_dkim_signall") {
        all_.push_back({rule, "A", {}});
        return {};
    }
    if (arguments.empty()) return "check_dkim_adsp needs the practices that hit";
    all_.push_back({rule,
                    arguments[0] == "*" ? "NAD123" : arguments[0],
                    {arguments.begin() + 1, arguments.end()}});
    return {};
}

char AdspRules::override_of(std::string_view domain) const
{
    if (const auto own = overrides_.find(domain); own != overrides_.end()) return own->second;
    for (auto dot = domain.find('.'); dot != std::string_view::npos;
         dot = domain.find('.', dot + 1))
        if (const auto above = overrides_.find('*' + std::string{domain.substr(dot)});
            above != overrides_.end())
            return above->second;
    return '\0';
}

void AdspRules::plan(const EvalContext& context, std::size_t scores, NetworkPlan& plan) const
{
    if (!context.authentication) return;
    auto authors = author_domains(context);
    authors.resize(std::min(authors.size(), most_authors));
    for (const auto& author : authors) {
        // A signature that may be good tomorrow is no reason to think ill of the author.
        if (author.find('.') == std::string::npos ||
            signature_of_domain(context, author) != DomainSignature::None)
            continue;
        std::vector<One> rules;
        for (const auto& one : all_)
            if (one.rule.is_on[scores] &&
                (one.domains.empty() ||
                 std::any_of(one.domains.begin(), one.domains.end(),
                             [&](const auto& wanted) { return is_acceptable(author, wanted); })))
                rules.push_back(one);
        if (rules.empty()) continue;
        if (const char practice = override_of(author)) {
            for (const auto& one : rules)
                if (one.practices.find(practice) != std::string::npos) plan.hit(one.rule.rule);
        } else {
            plan_look_up(ascii_host(author), std::move(rules), plan);
        }
    }
}

void AdspRules::plan_look_up(const std::string& domain, std::vector<One> rules, NetworkPlan& plan)
{
    plan.then([rules = std::move(rules),
               record = dns::question("_adsp._domainkey." + domain, dns::RecordType::Txt),
               exchanger = dns::question(domain, dns::RecordType::Mx)](Asking& asking) {
        auto practice = practice_in(asking.ask(record));
        if (asking.ask(exchanger).state == dns::Answer::State::NoName) practice = 'N';
        for (const auto& one : rules)
            if (one.practices.find(practice) != std::string::npos) asking.hit(one.rule.rule);
    });
}

}  // namespace lazaret::filter::rules
