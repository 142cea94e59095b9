#pragma once

#include <string>
#include <vector>

namespace lazaret::tools {

/// Becomes another program of Lazaret, with its arguments: one in the folder of this program (a
/// build), else where packages put it, else by PATH. Throws Error{Unavailable} when there is none.
[[noreturn]] void become_program(const std::string& name,
                                 const std::vector<std::string>& arguments);

}  // namespace lazaret::tools
