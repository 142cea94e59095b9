#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "portal/turns.hpp"

namespace lazaret::portal {

/// Makes and compares hashes of passwords (Argon2id of libsodium), a few at a time: each takes
/// 64 MiB and a core for some 100 ms, and a flood of tries shall neither take the memory nor all
/// threads that answer. Threads share one.
class PasswordChecks {
public:
    struct Options {
        std::size_t at_once = 2;
        std::size_t waiting = 2;                     ///< more are sent away at once
        std::chrono::milliseconds patience{5'000};   ///< of those that wait
        unsigned long long operations = 2;           ///< crypto_pwhash_OPSLIMIT_INTERACTIVE
        std::size_t memory = std::size_t{64} << 20;  ///< bytes: crypto_pwhash_MEMLIMIT_INTERACTIVE
    };

    /// Makes a hash of a password that nobody has: to compare with where there is none.
    PasswordChecks() : PasswordChecks{Options{}} {}
    explicit PasswordChecks(Options options);

    /// A place among those that may work; given back at its end.
    class Turn {
    public:
        Turn(PasswordChecks& owner, Turns::Turn place) : owner_{&owner}, place_{std::move(place)} {}

        /// Throws Error{Unavailable} when there is not enough memory.
        [[nodiscard]] std::string hash(const std::string& password) const;
        /// Costs the same without a hash, and is then false.
        [[nodiscard]] bool matches(const std::optional<std::string>& hash,
                                   const std::string& password) const;

    private:
        PasswordChecks* owner_;
        Turns::Turn place_;
    };
    /// None when too many are at work and too many wait: its caller says "later".
    std::optional<Turn> take_turn();

    /// How many passwords were compared; for tests.
    [[nodiscard]] std::size_t compared() const noexcept { return compared_; }
    /// How many wait just now; for tests.
    [[nodiscard]] std::size_t waiting() const noexcept { return turns_.waiting(); }

private:
    const Options options_;
    std::string nobodys_;
    Turns turns_;
    std::atomic<std::size_t> compared_{0};
};

}  // namespace lazaret::portal
