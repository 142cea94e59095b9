#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lazaret::bench {

/// A message that somebody made to be slow, or large in memory.
struct HostileMessage {
    std::string name;
    std::function<std::string()> make;  ///< its bytes, as they come by SMTP
};

/// One that is like others, to compare with.
std::string ordinary_message();

/// All kinds that we know of. Add yours. `rules` are their lines, of whose patterns texts are made
/// that nearly fit.
std::vector<HostileMessage> hostile_messages(std::span<const std::string> rules);

}  // namespace lazaret::bench
