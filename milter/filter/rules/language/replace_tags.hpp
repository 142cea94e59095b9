#pragma once

#include "milter/filter/rules/language/rule_source.hpp"

namespace lazaret::filter::rules {

/// Puts the values of `replace_tag`, `replace_inter`, `replace_pre` and `replace_post` into the
/// patterns of the rules that `replace_rules` names: `/<V><I>agra/` matches many spellings.
/// A tag may hold other tags, five deep. Does nothing when the plugin ReplaceTags is not loaded.
void replace_tags(RuleSource& source);

}  // namespace lazaret::filter::rules
