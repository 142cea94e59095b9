#include "tools/lazaretctl/dns_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "milter/filter/dns/blocked_lists.hpp"

namespace lazaret::tools {
namespace {

using filter::dns::Question;
using filter::dns::RecordType;

// Resolvers for everybody; block lists refuse them, since they cannot tell who asks.
constexpr auto public_resolvers = std::to_array<std::string_view>({
    "1.0.0.1",
    "1.1.1.1",
    "149.112.112.112",
    "208.67.220.220",
    "208.67.222.222",
    "8.8.4.4",
    "8.8.8.8",
    "9.9.9.9",
    "2001:4860:4860::8844",
    "2001:4860:4860::8888",
    "2606:4700:4700::1001",
    "2606:4700:4700::1111",
    "2620:fe::9",
    "2620:fe::fe",
});

bool is_public(std::string_view resolver)
{
    return std::ranges::find(public_resolvers, resolver.substr(0, resolver.find('@'))) !=
           public_resolvers.end();
}

Finding warning(std::string what, std::string advice)
{
    return {Health::Warning, "dns", std::move(what), std::move(advice), false};
}

Question listed_question(const std::string& zone)
{
    return filter::dns::question("2.0.0.127." + zone, RecordType::A);
}

Question unlisted_question(const std::string& zone)
{
    return filter::dns::question("1.0.0.127." + zone, RecordType::A);
}

std::set<std::string> zones_of(const ListsInUse& lists)
{
    auto zones = lists.of_rules;
    for (const auto& list : lists.of_clients) zones.insert(list.zone);
    return zones;
}

// What is wrong with a list that refuses mail, by its two entries for tests.
std::optional<Finding> fault_of(const BlockList& list, const filter::dns::Answers& answers)
{
    const auto answer_to = [&](const Question& question) {
        const auto found = answers.find(question);
        return found == answers.end() ? filter::dns::Answer{} : found->second;
    };
    const auto unlisted = answer_to(unlisted_question(list.zone));
    if (std::ranges::any_of(unlisted.records,
                            [&](const auto& record) { return list.counts.hold(record); }))
        return warning(fmt::format("the block list {} lists 127.0.0.1, as one that lists everybody",
                                   list.name),
                       "take it out of [dns] refuse_listed: all mail could be refused");
    const auto listed = answer_to(listed_question(list.zone));
    if (listed.is_void())
        return warning(
            fmt::format("the block list {} does not list 127.0.0.2, as every list does", list.name),
            "is its zone spelt as its owner says? see [dns] refuse_listed");
    if (!listed.is_found())
        return warning(fmt::format("the block list {} does not answer", list.name),
                       "while it does not, nobody is refused by it; is it still there?");
    return std::nullopt;
}

bool was_answered(const filter::dns::Answers::value_type& one)
{
    return one.second.is_found() || one.second.is_void();
}

}  // namespace

filter::dns::Questions test_questions(const ListsInUse& lists)
{
    filter::dns::Questions questions{{"example.org", RecordType::Ns}};
    for (const auto& zone : zones_of(lists)) questions.insert(listed_question(zone));
    for (const auto& list : lists.of_clients) questions.insert(unlisted_question(list.zone));
    return questions;
}

std::vector<BlockList> client_lists(std::span<const std::string> refuse_listed)
{
    std::vector<BlockList> lists;
    for (const auto& text : refuse_listed)
        if (auto list = BlockList::parse(text)) lists.push_back(std::move(*list));
    return lists;
}

std::vector<std::string> nameservers_in(const std::string& resolv_conf)
{
    std::vector<std::string> found;
    std::istringstream lines{resolv_conf};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string key;
        std::string address;
        if (words >> key >> address && key == "nameserver") found.push_back(address);
    }
    return found;
}

Findings dns_is_off()
{
    return {warning("senders are not checked: [dns] enabled is false",
                    "switch it on, unless a filter in front of us checks them")};
}

Findings dns_findings(const std::vector<std::string>& resolvers, const ListsInUse& lists,
                      const filter::dns::Answers& answers)
{
    const auto asked = resolvers.empty() ? std::string{"the root servers"}
                                         : fmt::format("{}", fmt::join(resolvers, ", "));
    if (std::ranges::none_of(answers, was_answered))
        return {{Health::Problem, "dns", fmt::format("nobody answers: {}", asked),
                 "is there a resolver? see [dns] servers and /etc/resolv.conf", true}};
    Findings found;
    for (const auto& resolver : resolvers)
        if (is_public(resolver))
            found.push_back(warning(fmt::format("{} is a public resolver", resolver),
                                    "block lists refuse it: run one of your own, such as unbound"));
    const auto blocked = filter::dns::blocked_lists(answers, zones_of(lists));
    const auto shown = [&](const std::string& zone) {
        const auto list = std::ranges::find(lists.of_clients, zone, &BlockList::zone);
        return list == lists.of_clients.end() ? zone : list->name;
    };
    for (const auto& zone : blocked)
        found.push_back(warning(fmt::format("the block list {} does not answer us", shown(zone)),
                                "use a resolver of your own, or register with the list"));
    for (const auto& list : lists.of_clients)
        if (!blocked.contains(list.zone))
            if (auto fault = fault_of(list, answers)) found.push_back(std::move(*fault));
    if (found.empty())
        found.push_back({Health::Ok, "dns", fmt::format("answered by {}", asked), {}, false});
    return found;
}

}  // namespace lazaret::tools
