#pragma once

#include <string>

namespace lazaret {

/// This host's name as the system gives it, often without a domain; `localhost` when it has none.
std::string host_name();

}  // namespace lazaret
