#pragma once

#include <memory>

#include "base/shared_state.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/learn/model.hpp"
#include "milter/filter/rules/rule_book.hpp"

namespace lazaret::filter::rules {

/// What the check works with.
struct RulesTools {
    std::shared_ptr<const Snapshot<RuleBook>> book;
    std::shared_ptr<const Snapshot<Model>> model;  ///< null: the learned check is off
    bool all_rules = false;                        ///< Findings::rules is filled
};

/// Points of the rules that hit, each with its description.
///
/// `BAYES_*` rules hit by the probability of our own model, once it has seen as many messages as
/// SpamAssassin wants (200 of each label) and is to be believed of this kind of mail (trust_in),
/// but give no points: the learned check has its own. Until then scores are those without a
/// learner.
Check rules_check(RulesTools tools);

}  // namespace lazaret::filter::rules
