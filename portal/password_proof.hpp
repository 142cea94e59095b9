#pragma once

#include <optional>
#include <string>

#include "portal/reader.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"
#include "quarantine-store/passwords.hpp"

namespace lazaret::portal {

/// What became of a password that somebody typed.
struct PasswordProof {
    enum class Outcome {
        Right,
        Wrong,    ///< or the address is unknown, or has no password: one is not told from the other
        Blocked,  ///< too many tries: nothing was compared
        Busy,     ///< too many at once: nothing was compared or counted
        Away,     ///< the server that knows it is: nothing stays counted
    };
    Outcome outcome = Outcome::Wrong;
    std::optional<Moment> blocked_until{};
    /// Of Right: whose it is, and the hash that it fitted; no hash: another server found it right.
    store::SignInAccount whose{};
    std::optional<std::string> verified{};
};

/// Tries the password of a mailbox (Address::key(), or empty for what is no address) where it is
/// kept. The try is counted before it is made, wherever that is.
PasswordProof prove_password(const Site& site, store::Database& database, const Request& request,
                             const std::string& mailbox, const std::string& password);

/// The page for whoever could not be asked: Blocked, Busy, Away; none of the others.
std::optional<Response> unproven_page(const Site& site, const Reader& reader,
                                      const PasswordProof& proof);

}  // namespace lazaret::portal
