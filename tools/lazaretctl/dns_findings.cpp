#include "tools/lazaretctl/dns_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

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

bool was_answered(const filter::dns::Answers::value_type& one)
{
    return one.second.is_found() || one.second.is_void();
}

}  // namespace

std::set<Question> test_questions(const std::set<std::string>& zones)
{
    std::set<Question> questions{{"example.org", RecordType::Ns}};
    for (const auto& zone : zones)
        questions.insert(filter::dns::question("2.0.0.127." + zone, RecordType::A));
    return questions;
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

Findings dns_findings(const std::vector<std::string>& resolvers, const std::set<std::string>& zones,
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
    for (const auto& zone : filter::dns::blocked_lists(answers, zones))
        found.push_back(warning(fmt::format("the block list {} does not answer us", zone),
                                "use a resolver of your own, or register with the list"));
    if (found.empty())
        found.push_back({Health::Ok, "dns", fmt::format("answered by {}", asked), {}, false});
    return found;
}

}  // namespace lazaret::tools
