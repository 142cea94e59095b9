#pragma once

#include <string>
#include <vector>

namespace lazaret::test {

/// What a program did.
struct Outcome {
    int code = -1;
    std::string out, err;
};

/// Runs a program to its end, with `input` as standard input; no shell.
Outcome run_program_with(const std::vector<std::string>& command, const std::string& input = {});

}  // namespace lazaret::test
