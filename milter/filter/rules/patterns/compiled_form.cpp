#if LAZARET_HYPERSCAN

#include "milter/filter/rules/patterns/compiled_form.hpp"

#include <cstddef>

#include "base/log.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_long_ones = 8;

bool is_looked_for(const PatternPlan& plan)
{
    return plan.way == Way::Exact || plan.way == Way::Guess;
}

/// The plans that are compiled together: the short ones all, the long ones a few at a time. Of
/// those Hyperscan tries to make one machine, which takes minutes for all, and gains nothing.
std::vector<std::vector<std::size_t>> portions_of(const std::vector<PatternPlan>& plans)
{
    std::vector<std::vector<std::size_t>> portions(1);
    for (std::size_t at = 0; at < plans.size(); ++at)
        if (is_looked_for(plans[at]) && plans[at].text.size() <= longest_short)
            portions.front().push_back(at);
    for (std::size_t at = 0; at < plans.size(); ++at) {
        if (!is_looked_for(plans[at]) || plans[at].text.size() <= longest_short) continue;
        if (portions.size() == 1 || portions.back().size() >= most_long_ones)
            portions.emplace_back();
        portions.back().push_back(at);
    }
    return portions;
}

/// Compiles a portion. A pattern that Hyperscan refuses after all changes its plan; null: all are
/// now nowhere.
HyperscanDatabase compile(std::vector<PatternPlan>& plans, const std::vector<std::size_t>& portion)
{
    for (;;) {
        std::vector<const char*> texts;
        std::vector<unsigned> flags;
        std::vector<unsigned> ids;
        for (const auto at : portion) {
            if (!is_looked_for(plans[at])) continue;
            texts.push_back(plans[at].text.c_str());
            flags.push_back(plans[at].flags);
            ids.push_back(static_cast<unsigned>(at));
        }
        if (texts.empty()) return nullptr;
        hs_database_t* made = nullptr;
        hs_compile_error_t* error = nullptr;
        if (hs_compile_multi(texts.data(), flags.data(), ids.data(),
                             static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &made,
                             &error) == HS_SUCCESS)
            return HyperscanDatabase{made};
        const HyperscanError why{error};
        if (!error || error->expression < 0) {
            log::warning("patterns not compiled",
                         {{"error", error ? error->message : "no memory"}});
            for (const auto id : ids) plans[id].way = Way::Nowhere;
            return nullptr;
        }
        auto& plan = plans[ids[static_cast<std::size_t>(error->expression)]];
        if ((plan.flags & HS_FLAG_PREFILTER) == 0) {
            plan.flags |= HS_FLAG_PREFILTER;
            plan.way = Way::Guess;
        } else {
            plan.way = Way::Nowhere;
        }
    }
}

}  // namespace

CompiledForm compiled_form(const std::vector<Pattern>& patterns)
{
    CompiledForm form;
    form.plans.reserve(patterns.size());
    for (const auto& pattern : patterns) form.plans.push_back(plan_for(pattern));
    for (const auto& portion : portions_of(form.plans))
        if (auto database = compile(form.plans, portion))
            form.databases.push_back(std::move(database));
    return form;
}

}  // namespace lazaret::filter::rules

#endif
