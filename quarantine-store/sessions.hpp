#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/identity.hpp"
#include "base/records/verdict.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// How somebody got in, and so what he may do.
enum class SessionKind {
    Link,  ///< by a link of his report, which others may have been forwarded: look, release, lists
    Full,  ///< with his password: everything that is his
};

/// Whose guest the owner of a session is, and as what. It is asked anew with each request: a visit
/// ends with the right to it.
struct Host {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    Role role = Role::Recipient;           ///< for may(); a delegate may do what the recipient may
    std::string reason{};                  ///< an administrator's; empty: a delegate
    std::vector<std::string> addresses{};  ///< of the account, the oldest first
    bool sees_delivered = false;  ///< a delegate to whom the owner shows what was delivered
};

/// As what somebody acts by a right's word in the database: `delegate`, `domain`, `site`.
Role role_of_right(const std::string& right);

/// Somebody who is in.
struct Session {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    SessionKind kind = SessionKind::Link;
    std::string address{};  ///< Address::key() of one of the account's: by which he came in
    Moment expires{};
    std::vector<std::string> addresses{};  ///< all of the account's, the oldest first; never none
    std::optional<Host> host{};            ///< of full sessions only
    bool is_delegate = false;              ///< of somebody
    bool is_administrator = false;         ///< of a tenant, or of the site
};

/// Where a session is used from, for its owner to know it by.
struct SessionPlace {
    std::string client{};  ///< IP address
    std::string agent{};   ///< in short: `Firefox, Windows`
};

/// A session as its owner sees it.
struct ListedSession {
    std::int64_t id = 0;
    bool is_this = false;  ///< the one that asks
    SessionKind kind = SessionKind::Link;
    Moment made{};
    Moment seen{};  ///< to a few minutes
    SessionPlace place{};
};

/// The sessions of the portal, each known by a secret token (link/secret_token.hpp) that only a
/// browser has. Role lazaret_portal.
class Sessions {
public:
    explicit Sessions(Database& database) : database_{database} {}

    /// Begins one of kind Link. @param address  one of the account's.
    /// @return its token; none when there is no such account.
    std::optional<std::string> begin(TenantId tenant, AccountId account, const std::string& address,
                                     const SessionPlace& place, Moment expires);
    /// Begins one of kind Full. @param verified  the hash that the password fitted: none is begun
    /// when the account has another by now, or wants a second factor as well (SecondFactors).
    std::optional<std::string> begin_full(TenantId tenant, AccountId account,
                                          const std::string& address, const std::string& verified,
                                          const SessionPlace& place, Moment expires);

    /// The same where another server found the password of this address right.
    std::optional<std::string> begin_connected(TenantId tenant, AccountId account,
                                               const std::string& address,
                                               const SessionPlace& place, Moment expires);

    /// The session of a token; none when it is over, or never was.
    std::optional<Session> find(const std::string& token);
    /// Ends that session: its owner leaves, or comes in anew.
    void end(const std::string& token);

    /// All of the same account, what was seen last first; none when the token's is not a full one.
    std::vector<ListedSession> beside(const std::string& token);
    /// Ends one of these; also the token's own. @return how many: 0 for one of somebody else.
    std::int64_t end_one(const std::string& token, std::int64_t id, const std::string& client);
    /// Ends all of them, the token's own too.
    std::int64_t end_all(const std::string& token, const std::string& client);

private:
    std::optional<std::string> begin_any(TenantId tenant, AccountId account,
                                         const std::string& address,
                                         const std::optional<std::string>& verified,
                                         const SessionPlace& place, Moment expires);
    std::int64_t end_some(const std::string& token, std::int64_t id, const std::string& client);

    Database& database_;
};

/// What lock_out() has done.
struct LockedOut {
    std::string mailbox{};      ///< the address without its tag, where a tag does not count
    std::int64_t sessions = 0;  ///< that were ended
};

/// An administrator ends all sessions of an address's account; with `and_password` also its
/// password, the links that would set one, and its second factor. Role lazaret_admin.
/// @return none when there is no such account.
std::optional<LockedOut> lock_out(Database& database, const Address& address, bool and_password,
                                  const Actor& actor);

}  // namespace lazaret::store
