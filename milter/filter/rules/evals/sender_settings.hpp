#pragma once

#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// Lists and numbers for the eval functions about senders, read from the rule files' settings.
struct SenderSettings {
    static SenderSettings from(const RuleSettings& settings);
};

/// What they worked out for a message.
struct SenderMemory {};

}  // namespace lazaret::filter::rules
