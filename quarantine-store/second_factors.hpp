#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/passwords.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::store {

/// A code that was found right, and is now to be used up.
struct UsedCode {
    std::optional<std::int64_t> step{};  ///< of an app: counts once, later ones only
    std::string recovery_hash{};         ///< else of one of the codes on paper: raw bytes
    std::string new_secret{};            ///< sealed anew with a newer key; empty: stays as it is
};

/// What a code is compared with.
struct WantedFactor {
    SignInAccount whose{};
    std::string secret{};  ///< sealed by who set it up
};

/// The factor of somebody who is in.
struct StandingFactor {
    std::string secret{};  ///< sealed
    Moment made{};
    std::int64_t codes_left = 0;  ///< recovery codes that are not used yet
    bool is_demanded = false;     ///< of whoever has his password here (SecondStepDemands)
};

/// A factor that is being set up.
struct NewFactor {
    std::string secret{};                        ///< sealed
    std::int64_t step = 0;                       ///< of the code that confirmed it: used up
    std::vector<std::string> recovery_hashes{};  ///< raw bytes each
};

/// Second factors, and sign-ins that wait for one. Role lazaret_portal; what makes and compares
/// codes is not here: the database has secrets only as they were sealed elsewhere.
class SecondFactors {
public:
    explicit SecondFactors(Database& database) : database_{database} {}

    /// The password was right: what is needed besides it. @param verified  the hash that it
    /// fitted; none: another server found it right.
    /// @return a secret token of the first step, good for ten minutes; none when the account has
    /// no factor, or the hash no longer counts.
    std::optional<std::string> begin(const SignInAccount& whose,
                                     const std::optional<std::string>& verified);
    /// What the second step is compared with; none when the first is too old, or never was.
    std::optional<WantedFactor> wanted(const std::string& token);
    /// The second step. @return the token of a full session; none when the code was used before,
    /// or the password changed meanwhile.
    std::optional<std::string> finish(const std::string& token, const UsedCode& code,
                                      const SessionPlace& place, Moment expires);

    /// The password was right, and a second step is demanded of an account that has none. As
    /// begin().
    /// @return a token of the first step; none where it is not so, or the hash no longer counts.
    std::optional<std::string> begin_set_up(const SignInAccount& whose,
                                            const std::string& verified);
    /// Who has to set one up; none when he gave his password too long ago, or has one by now.
    std::optional<SignInAccount> to_set_up(const std::string& token);
    /// Sets it up, and ends all sessions of the account. @return the token of a new full one; none
    /// when there is a factor by now, or another password.
    std::optional<std::string> finish_set_up(const std::string& token, const NewFactor& factor,
                                             const SessionPlace& place, Moment expires);

    /// Counts a code that is tried, before it is compared, as Passwords::count_try().
    std::optional<Moment> count_try(const SignInAccount& whose, const std::string& network);
    void forgive(const SignInAccount& whose, const std::string& network);

    /// Of the account of a full session; none when it has no factor.
    std::optional<StandingFactor> of_session(const std::string& session);
    /// Sets one up, and ends all other sessions of the account.
    /// @param verified  as in begin().
    /// @return false when there is one, or the session is over, or the password another.
    bool set(const std::string& session, const std::optional<std::string>& verified,
             const NewFactor& factor, const std::string& client);
    /// Removes it. @return false when the code was used before, or the password is another; and
    /// with a hash where a second step is demanded.
    bool remove(const std::string& session, const std::optional<std::string>& verified,
                const UsedCode& code, const std::string& client);

private:
    Database& database_;
};

}  // namespace lazaret::store
