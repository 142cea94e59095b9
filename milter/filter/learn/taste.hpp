#pragma once

#include <cstdint>

namespace lazaret::filter {

/// Whose own opinion counts besides everybody's: an account, and the tenant that it belongs to.
/// 0: nobody's.
struct Taste {
    std::int64_t tenant = 0;
    std::int64_t account = 0;
};

/// What they think, each by itself, in log-odds.
struct OwnLogOdds {
    double account = 0.0;
    double tenant = 0.0;

    [[nodiscard]] double sum() const noexcept { return account + tenant; }
};

}  // namespace lazaret::filter
