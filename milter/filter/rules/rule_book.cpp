#include "milter/filter/rules/rule_book.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "milter/filter/rules/compiled_book.hpp"
#include "milter/filter/rules/patterns/compile_turn.hpp"

namespace lazaret::filter::rules {
namespace {

// For another program that compiles the stock rules, on a slow machine.
constexpr std::chrono::minutes longest_wait{2};

}  // namespace

std::string_view token(Standing::State state)
{
    constexpr auto names = std::to_array<std::string_view>({"on", "off", "not answered", "broken"});
    return names[static_cast<std::size_t>(state)];
}

RuleBook::RuleBook(RuleSource source, const std::string& cache)
    : problems_{std::move(source.problems)}, settings_{std::move(source.settings)}
{
    source.settings = settings_;
    rules_.reserve(source.rules.size());
    for (const auto& [name, rule] : source.rules) rules_.push_back(rule);
    for (std::size_t set = 0; set < worths_.size(); ++set)
        for (const auto& rule : rules_) worths_[set].push_back(worth_of(rule, rule.scores[set]));
    standings_.resize(rules_.size());
    compiled_ = std::make_unique<Compiled>(source, *this);
    compiled_->cache = cache;
    zones_ = compiled_->zones();
    for (auto* set : compiled_->sets()) set->find_fast_form(cache);
}

// A function or a meta gives its points once, whatever its value is.
RuleBook::Worth RuleBook::worth_of(const Rule& rule, double score)
{
    return {score, rule.is_helper(),
            rule.flags.multiple && !std::holds_alternative<EvalRule>(rule.test) &&
                !std::holds_alternative<MetaRule>(rule.test)};
}

double RuleBook::Worth::points(double hits) const noexcept
{
    if (is_helper) return 0;
    return is_each ? score * hits : score;
}

RuleBook::RuleBook(RuleBook&&) noexcept = default;
RuleBook::~RuleBook() = default;

std::vector<RuleHit> RuleBook::judge(const Mail& mail, const MessageFacts& facts,
                                     Wanted wanted) const
{
    return begin(mail, facts, wanted).finish();
}

std::optional<std::uint32_t> RuleBook::find(std::string_view name) const
{
    const auto found = compiled_->indexes.find(name);
    if (found == compiled_->indexes.end()) return std::nullopt;
    return found->second;
}

std::size_t RuleBook::mistakes() const
{
    return static_cast<std::size_t>(std::ranges::count_if(problems_, &Problem::is_mistake));
}

std::vector<std::string> RuleBook::given_up() const
{
    std::vector<std::string> names;
    for (const auto index : compiled_->given_up()) names.push_back(rules_[index].name);
    return names;
}

void RuleBook::speed_up(const std::function<bool()>& is_over)
{
    const auto& cache = compiled_->cache;
    const auto sets = compiled_->sets();
    const auto find = [&](PatternSet* set) { return set->find_fast_form(cache); };
    if (std::ranges::all_of(sets, find)) return;
    // The package and the milter may both be at it: who waited finds what the other has made.
    const auto turn = take_compile_turn(cache, longest_wait, is_over);
    for (auto* set : sets) {
        if (is_over()) return;
        if (!find(set)) set->make_fast_form(cache);
    }
}

bool RuleBook::is_fast() const
{
    return std::ranges::none_of(compiled_->sets(), &PatternSet::wants_fast_form);
}

}  // namespace lazaret::filter::rules
