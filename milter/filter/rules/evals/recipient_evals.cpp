#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.hpp"
#include "base/text_hash.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_recipients = 256;
constexpr std::size_t least_for_order = 7;
constexpr std::size_t least_for_likeness = 5;
constexpr std::size_t compared_start = 2;  // bytes of name and domain

// Of To and Cc, and of Bcc when those are few; an address that stands twice in a row counts once.
std::vector<std::string_view> listed_recipients(HeaderLookup& headers)
{
    std::vector<std::string_view> all;
    for (const auto* query : {"ToCc:addr", "Bcc:addr"}) {
        const auto& values = headers.values(query);
        all.insert(all.end(), values.begin(), values.end());
        if (all.size() >= least_for_likeness) break;
    }
    std::vector<std::string_view> once;
    for (const auto address : all)
        if (once.size() < most_recipients &&
            !same_ignoring_case(address, once.empty() ? std::string_view{} : once.back()))
            once.push_back(address);
    return once;
}

// Pairs of equal texts.
std::size_t equal_pairs(const std::vector<std::string_view>& texts)
{
    std::unordered_map<std::string_view, std::size_t, TextHash> counts;
    std::size_t pairs = 0;
    for (const auto text : texts) pairs += counts[text]++;
    return pairs;
}

double likeness_of(const std::vector<std::string_view>& addresses)
{
    std::vector<std::string_view> names;
    std::vector<std::string_view> domains;
    std::vector<std::string_view> domain_starts;
    for (const auto address : addresses) {
        names.push_back(address.substr(0, compared_start));
        const auto at = address.find('@');
        if (at == std::string_view::npos) continue;
        domains.push_back(address.substr(at + 1));
        domain_starts.push_back(domains.back().substr(0, compared_start));
    }
    const auto hits = equal_pairs(names) + equal_pairs(domain_starts) - equal_pairs(domains);
    const auto pairs = addresses.size() * (addresses.size() - 1) / 2;
    return static_cast<double>(hits) / static_cast<double>(pairs);
}

const RecipientFacts& facts_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.recipient_facts;
    if (memory) return *memory;
    const auto addresses = listed_recipients(context.headers);
    RecipientFacts facts;
    facts.are_sorted =
        addresses.size() >= least_for_order && std::is_sorted(addresses.begin(), addresses.end());
    if (addresses.size() >= least_for_likeness) facts.likeness = likeness_of(addresses);
    return memory.emplace(facts);
}

unsigned sorted_recipients(const EvalContext& context, std::span<const std::string>)
{
    return facts_of(context).are_sorted;
}

unsigned similar_recipients(const EvalContext& context, std::span<const std::string> arguments)
{
    const auto least = number_argument(arguments, 0);
    const auto below = number_argument(arguments, 1);
    const auto likeness = facts_of(context).likeness;
    return (!least || likeness >= *least) && (!below || likeness < *below);
}

unsigned check_for_missing_to_header(const EvalContext& context, std::span<const std::string>)
{
    return context.headers.values("To").empty() && context.headers.values("Apparently-To").empty();
}

constexpr auto table = std::to_array<EvalEntry>({
    {"sorted_recipients", "HeaderEval", sorted_recipients, {}},
    {"similar_recipients", "HeaderEval", similar_recipients, {}, 2},
    {"check_for_missing_to_header", "HeaderEval", check_for_missing_to_header, {}},
});

}  // namespace

std::span<const EvalEntry> recipient_evals() { return table; }

}  // namespace lazaret::filter::rules
