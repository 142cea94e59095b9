#include "milter/filter/rules/put_off.hpp"

#include <algorithm>
#include <utility>

namespace lazaret::filter::rules {
namespace {

double value_of(std::uint32_t count, bool negated)
{
    if (negated) return count == 0 ? 1 : 0;
    return count;
}

}  // namespace

void PutOff::add(const PatternSet& set, std::span<const std::string_view> texts,
                 std::span<const std::uint32_t> counts, WaitingMembers waiting, const UseOf& use_of)
{
    scans_.push_back({&set, {}, texts, std::move(waiting)});
    add(counts, use_of);
}

void PutOff::add(const PatternSet& set, std::string_view text,
                 std::span<const std::uint32_t> counts, WaitingMembers waiting, const UseOf& use_of)
{
    auto& scan = scans_.emplace_back(Scan{&set, text, {}, std::move(waiting)});
    scan.texts = std::span{&scan.text, 1};
    add(counts, use_of);
}

void PutOff::add(std::span<const std::uint32_t> counts, const UseOf& use_of)
{
    const auto& scan = scans_.back();
    for (const auto member : scan.waiting.members()) {
        const auto count = counts[member];
        const auto most = scan.set->most_hits(member);
        if (count >= most) continue;  // found in another text
        const auto [rule, negated] = use_of(member);
        // Negated, it waits only while nothing was found.
        const double least = negated ? 0 : count;
        rules_.push_back({rule, {least, negated ? 1.0 : most, true}});
        questions_.push_back({scans_.size() - 1, member, count, negated});
    }
}

void PutOff::forget(const std::function<bool(std::uint32_t)>& is_off)
{
    std::size_t kept = 0;
    for (std::size_t at = 0; at < rules_.size(); ++at) {
        if (is_off(rules_[at].rule)) continue;
        rules_[kept] = rules_[at];
        questions_[kept++] = questions_[at];
    }
    rules_.resize(kept);
    questions_.resize(kept);
}

double PutOff::answer(std::uint32_t rule)
{
    const auto found = std::ranges::find(rules_, rule, &OpenRule::rule);
    const auto& asked = questions_[static_cast<std::size_t>(found - rules_.begin())];
    auto& scan = scans_[asked.scan];
    const auto count = scan.set->ask(asked.member, scan.texts, asked.count, scan.waiting);
    return count ? value_of(*count, asked.negated) : 0;
}

}  // namespace lazaret::filter::rules
