#pragma once

#include <functional>
#include <string_view>

namespace lazaret {

/// The edge of a program: runs `body`, and turns whatever it throws into one line on standard
/// error, `PROGRAM: error: ...`, then `hint: ...`, and the exit code of sysexits (64 usage, 70
/// bug, 75 try later, 78 settings).
int run_program(std::string_view name, const std::function<int()>& body) noexcept;

}  // namespace lazaret
