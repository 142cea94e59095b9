#include "base/program.hpp"

#include <sysexits.h>

#include <cstdio>
#include <exception>

#include "base/error.hpp"

namespace lazaret {

int run_program(std::string_view name, const std::function<int()>& body) noexcept
try {
    return body();
} catch (const Error& error) {
    fmt::print(stderr, "{}: error: {}\n", name, error.what());
    if (!error.hint().empty()) fmt::print(stderr, "hint: {}\n", error.hint());
    return exit_code(error.kind());
} catch (const std::exception& error) {
    std::fprintf(stderr, "%.*s: error: %s\n", static_cast<int>(name.size()), name.data(),
                 error.what());
    return EX_SOFTWARE;
}

}  // namespace lazaret
