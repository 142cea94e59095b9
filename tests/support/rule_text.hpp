#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "milter/filter/rules/language/rule_source.hpp"
#include "milter/filter/rules/rule_book.hpp"

namespace lazaret::filter::rules {

/// Rules as a file `local.cf` with this text has them; no other file is there.
inline RuleSource rules_in(std::string text)
{
    const RuleFile file{"local.cf", std::move(text)};
    return read_rules(std::span{&file, 1},
                      [](const std::string&) { return because(std::string{"is not there"}); });
}

/// Of all hits those of rules that give points: what Wanted::Points must give.
inline std::vector<RuleHit> without_helpers(const RuleBook& book, std::vector<RuleHit> hits)
{
    std::erase_if(hits, [&](const RuleHit& hit) { return book.rule(hit.rule).is_helper(); });
    return hits;
}

}  // namespace lazaret::filter::rules
