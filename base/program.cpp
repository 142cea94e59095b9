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
    // Not by fmt::print, which throws where nobody can be told.
    auto text = fmt::format("{}: error: {}\n", name, error.what());
    if (!error.hint().empty()) text += fmt::format("hint: {}\n", error.hint());
    std::fwrite(text.data(), 1, text.size(), stderr);
    return exit_code(error.kind());
} catch (const std::exception& error) {
    std::fprintf(stderr, "%.*s: error: %s\n", static_cast<int>(name.size()), name.data(),
                 error.what());
    return EX_SOFTWARE;
}

}  // namespace lazaret
