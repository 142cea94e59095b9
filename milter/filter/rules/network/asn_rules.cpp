#include "milter/filter/rules/network/asn_rules.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "milter/filter/rules/evals/argument_patterns.hpp"
#include "milter/filter/rules/network/query_names.hpp"
#include "milter/filter/rules/network/values.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_values = 20;  // of one tag

std::string_view without_as(std::string_view word)
{
    if (starts_ignoring_case(word, "as")) word.remove_prefix(2);
    return word;
}

bool are_numbers(const std::vector<std::string_view>& words)
{
    return !words.empty() && std::all_of(words.begin(), words.end(),
                                         [](auto word) { return are_digits(without_as(word)); });
}

std::string joined(const std::vector<std::string>& values)
{
    std::string text;
    for (const auto& value : values) text += (text.empty() ? "" : " ") + value;
    return text;
}

std::string tag_name(std::string_view word)
{
    if (word.starts_with('_')) word.remove_prefix(1);
    if (word.ends_with('_')) word.remove_suffix(1);
    return std::string{word};
}

}  // namespace

AsnRecord read_asn_record(std::string_view text)
{
    const auto bar = text.find('|');
    const auto first = words_of(trimmed(text.substr(0, bar)));
    auto rest = bar == std::string_view::npos ? std::string_view{} : text.substr(bar + 1);
    const auto second = words_of(trimmed(rest.substr(0, rest.find('|'))));
    AsnRecord record;
    const bool is_first = are_numbers(first);
    if (!is_first && !are_numbers(second)) return record;
    for (const auto word : is_first ? first : second) {
        const auto number = without_as(word);
        // Reserved: what nobody announces.
        if (number.find_first_not_of('0') != std::string_view::npos && number != "4294967295")
            add_new(std::string{number}, most_values, record.numbers);
    }
    for (const auto word : is_first ? second : first)
        if (!word.ends_with("/0")) add_new(std::string{word}, most_values, record.routes);
    return record;
}

std::vector<AsnRules::Zone> AsnRules::read(const RuleSettings& settings, std::string_view key)
{
    std::vector<Zone> zones;
    for (const auto& line : settings.lines(key)) {
        const auto words = words_of(line.value);
        if (words.empty()) continue;
        zones.push_back({zone_name(words[0]), words.size() > 1 ? tag_name(words[1]) : "ASN",
                         words.size() > 2 ? tag_name(words[2]) : "ASNCIDR"});
    }
    return zones;
}

AsnRules AsnRules::from(const RuleSettings& settings)
{
    AsnRules rules;
    rules.is_on_ = settings.is_on("asn_use_dns", true);
    rules.zones_ = read(settings, "asn_lookup");
    rules.ipv6_zones_ = read(settings, "asn_lookup_ipv6");
    if (!settings.lines("asn_prefix").empty()) {
        auto prefix = settings.last("asn_prefix");
        if (prefix.size() > 1 && (prefix.front() == '\'' || prefix.front() == '"'))
            prefix = prefix.substr(1, prefix.size() - 2);
        rules.prefix_ = prefix;
    }
    return rules;
}

std::string AsnRules::add(const NetworkRule& rule, const EvalCall& call)
{
    if (call.arguments.empty()) return "check_asn needs a pattern";
    auto pattern =
        ArgumentPatterns::compile(call.arguments[0], ArgumentPatterns::Written::AsInRules);
    if (!pattern) return pattern.error();
    all_.push_back({rule, std::move(*pattern),
                    call.arguments.size() > 1 ? tag_name(call.arguments[1]) : "ASN"});
    return {};
}

void AsnRules::add_zones(std::set<std::string>& zones) const
{
    if (all_.empty()) return;
    for (const auto* list : {&zones_, &ipv6_zones_})
        for (const auto& one : *list) zones.insert(one.zone);
}

void AsnRules::plan(const Relays& relays, std::size_t scores, NetworkPlan& plan) const
{
    if (!is_on_ || relays.external.empty() || relays.external.front().is_ip_private) return;
    std::vector<One> rules;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(rules),
                 [&](const One& one) { return one.rule.is_on[scores]; });
    if (rules.empty()) return;
    const auto& ip = relays.external.front().ip;
    const auto& zones = ip.find(':') == std::string::npos ? zones_ : ipv6_zones_;
    plan.then([rules, ip, zones, prefix = prefix_](Asking& asking) {
        std::map<std::string, std::vector<std::string>> tags;
        for (const auto& zone : zones) {
            const auto question = list_question(ip, zone.zone, dns::RecordType::Txt);
            for (const auto& text : asking.ask(question).records) {
                const auto record = read_asn_record(text);
                for (const auto& number : record.numbers)
                    add_new(prefix + number, most_values, tags[zone.number_tag]);
                for (const auto& route : record.routes)
                    add_new(route, most_values, tags[zone.route_tag]);
            }
        }
        for (const auto& one : rules)
            if (const auto tag = tags.find(one.tag);
                tag != tags.end() && one.pattern.matches(joined(tag->second)))
                asking.hit(one.rule.rule);
    });
}

}  // namespace lazaret::filter::rules
