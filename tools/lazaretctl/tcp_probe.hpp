#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"

namespace lazaret::tools {

/// Connects to HOST:PORT, by name or address.
/// @param greeting  whether to wait for the first line the other side says, and return it.
/// @return the line, or an empty one; or why not, for a person. Never throws for what is there.
Result<std::string, std::string> probe_tcp(const std::string& host, const std::string& port,
                                           std::chrono::seconds patience, bool greeting);

/// Connects to a unix socket. @return nothing when somebody listens, else why not.
std::string probe_unix(const std::string& path);

}  // namespace lazaret::tools
