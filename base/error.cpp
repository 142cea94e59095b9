#include "base/error.hpp"

#include <sysexits.h>

#include <system_error>

namespace lazaret {

int exit_code(Error::Kind kind) noexcept
{
    switch (kind) {
        case Error::Kind::Usage: return EX_USAGE;
        case Error::Kind::Unavailable: return EX_TEMPFAIL;
        case Error::Kind::Setup: return EX_CONFIG;
        case Error::Kind::Bug: return EX_SOFTWARE;
    }
    return EX_SOFTWARE;
}

std::string system_error_text(int error_number)
{
    return std::generic_category().message(error_number);
}

}  // namespace lazaret
