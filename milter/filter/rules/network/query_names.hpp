#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/dns/question.hpp"
#include "milter/filter/rules/network/network_plan.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

/// The names under which block lists keep what a message names.
namespace lazaret::filter::rules {

/// A list's zone as rule files write it, without a dot at its end.
std::string zone_name(std::string_view zone);

/// The question to a list about a name or an IPv4 or IPv6 address. Its name is empty when nobody
/// can be asked.
dns::Question list_question(std::string_view name_or_ip, std::string_view zone,
                            dns::RecordType type);

/// How a list knows a host that a stranger wrote: an address turned around, or a name below a known
/// top-level domain. None when it is neither, or the rule's flags leave it out.
std::optional<std::string> listed_host(std::string_view host, const RuleFlags& flags,
                                       const RegistryBoundaries& boundaries);

/// The part of an address behind its `@`, with single dots and none at its ends; empty when it has
/// no dot.
std::string domain_of_address(std::string_view address);

/// The records that a word of rule files means (`A`, any case); none when Lazaret reads no such.
std::optional<dns::RecordType> record_type(std::string_view word);

/// Whether that is an IPv4 address that somebody outside can have.
bool is_public_ipv4(std::string_view ip);

}  // namespace lazaret::filter::rules
