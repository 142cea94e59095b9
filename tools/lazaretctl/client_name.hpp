#pragma once

#include <optional>
#include <string>

#include "milter/filter/dns/answers.hpp"

namespace lazaret::tools {

/// The name of a client as an MTA finds it: one that the reverse zone has for its address, and
/// that has this address; `[192.0.2.7]` when there is none. Nothing while the DNS has not said.
std::optional<std::string> client_name(filter::dns::View& dns, const std::string& ip);

}  // namespace lazaret::tools
