#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// An account that a link or an address leads to.
struct SignInAccount {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    std::string address{};  ///< Address::key() of one of the account's
};

/// What is known of a password: never the password.
struct KnownPassword {
    SignInAccount whose{};
    std::string hash{};  ///< Argon2id, in the form of libsodium's crypto_pwhash_str
};

/// Passwords, the links that set them, and how often somebody tried. Role lazaret_portal; asks
/// functions of the database that answer about one address, link or session at a time.
class Passwords {
public:
    explicit Passwords(Database& database) : database_{database} {}

    /// Counts a try to sign in, before it is made.
    /// @param mailbox  as it was typed, in the form of Address::key(), whether it exists or not.
    /// @param network  of the client: network_of().
    /// @return none, or until when nothing may be tried; then nothing was counted.
    std::optional<Moment> count_try(const std::string& mailbox, const std::string& network);
    /// It was no failure.
    void forgive(const std::string& mailbox, const std::string& network);
    /// It was no try: who knows the password could not be asked.
    void take_back_try(const std::string& mailbox, const std::string& network);

    /// Whether the domain of an address is protected.
    bool is_ours(const std::string& mailbox);
    /// The account of an address whose password another server found right, made when it has
    /// none; none where its domain is not protected.
    std::optional<SignInAccount> connected(const std::string& mailbox);

    /// The password of an address's account; none when there is no such account, or it has none.
    std::optional<KnownPassword> find(const std::string& mailbox);

    /// Somebody wants a link by mail to set a password. The same is done whether the address
    /// exists or not: lazaret-report looks for it later.
    /// @return none, or until when this network may ask for no more; then nothing was noted.
    std::optional<Moment> ask_link(const std::string& mailbox, const std::string& network);
    /// Whose link it is; none when it was used, is too old, or never was one. Changes nothing.
    std::optional<SignInAccount> of_link(const std::string& token);
    /// Uses the link up: sets the password, and ends every session and link of the account.
    std::optional<SignInAccount> use_link(const std::string& token, const std::string& hash,
                                          const std::string& client);
    /// The same for whoever is signed in. @param verified  the hash that the old one fitted.
    bool change(const std::string& session_token, const std::string& verified,
                const std::string& hash, const std::string& client);

private:
    Database& database_;
};

/// The network that a client's tries are counted under: Networks::neighbourhood_of(), or `unknown`.
std::string network_of(std::string_view client);

}  // namespace lazaret::store
