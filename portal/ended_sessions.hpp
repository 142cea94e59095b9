#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/shared_state.hpp"

namespace lazaret::portal {

/// Sessions that are over and whose cookies come nevertheless: their seal is still good.
///
/// Whoever keeps such a cookie must not use up what the account's owner may ask in a minute, so
/// from its second request on it is counted apart. Threads may share one. Memory is bounded: the
/// last `most` are known, at least the last half of them.
class EndedSessions {
public:
    static constexpr std::size_t most = 20'000;

    void add(std::string_view token);
    [[nodiscard]] bool has(std::string_view token) const;

private:
    struct Tokens {
        std::unordered_set<std::string> newer;
        std::unordered_set<std::string> older;
    };
    mutable Locked<Tokens> tokens_;
};

}  // namespace lazaret::portal
