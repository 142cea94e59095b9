#pragma once

#include <string>
#include <vector>

namespace lazaret::tools {

/// Where another program of Lazaret is: in the folder of this program (a build), else where
/// packages put it, else its name, for PATH.
std::string program_path(const std::string& name);

/// Becomes that program, with its arguments. Throws Error{Unavailable} when there is none.
[[noreturn]] void become_program(const std::string& name,
                                 const std::vector<std::string>& arguments);

}  // namespace lazaret::tools
