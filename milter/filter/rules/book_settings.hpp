#pragma once

#include <vector>

#include "milter/filter/rules/language/place.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"
#include "milter/filter/rules/relays/relay_chain.hpp"
#include "milter/filter/rules/uris/redirectors.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"
#include "milter/filter/rules/uris/uris.hpp"

/// What the rule files' settings say about reading a message. Problems are lines that cannot be
/// read; the rest holds.
namespace lazaret::filter::rules {

RegistryBoundaries boundaries_of(const RuleSettings& settings);
RelaySettings relay_settings_of(const RuleSettings& settings, std::vector<Problem>& problems);
UriSettings uri_settings_of(const RuleSettings& settings, std::vector<Problem>& problems);

}  // namespace lazaret::filter::rules
