#pragma once

#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// Lists and numbers for the eval functions about contents, read from the rule files' settings.
struct ContentSettings {
    static ContentSettings from(const RuleSettings& settings);
};

/// What they worked out for a message.
struct ContentMemory {};

}  // namespace lazaret::filter::rules
