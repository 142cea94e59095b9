#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/clock.hpp"
#include "base/config/configuration.hpp"
#include "base/error.hpp"
#include "base/records/verdict.hpp"

namespace lazaret::store {

/// No connection to the server was to be had, or it broke: an answer that did not come in time ends
/// so as well.
class ConnectionLost : public Error {
public:
    /// @param during  what was being done: `holding a message`
    ConnectionLost(std::string_view during, std::string_view cause, std::string hint)
        : Error{Kind::Unavailable, "database: {}: {}", during, cause}
    {
        std::ignore = std::move(*this).with_hint(std::move(hint));
    }
};

/// One connection for the administrator's side of the store: directory, quarantine, release,
/// upkeep, trace, models. Role lazaret_admin, or the owner of the schema.
///
/// One thread at a time. A connection that broke is made anew by the next call. Whatever works on
/// it throws Error{Unavailable} when the database is away and Error{Setup} when its schema is not
/// the one this program knows or a right is missing.
class Database {
public:
    /// Connects, and refuses a schema that this program does not know.
    /// @param now  the clock by which expiry, claims and attempts are judged.
    explicit Database(DatabaseConfig config, Now now = system_now);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// For the files of this folder only.
    struct Session;
    Session& session() noexcept { return *session_; }

private:
    std::unique_ptr<Session> session_;
};

/// Who does something, for the audit.
struct Actor {
    std::string name;                     ///< `root`, an address
    std::string from;                     ///< `lazaretctl`, an IP address
    Role role = Role::SiteAdministrator;  ///< asked through may()
    /// What he does with a message is the word of whose mail it is: the owner's, or that of a
    /// delegate whom the owner named. An administrator who releases mail may only want to see it.
    bool speaks_for_owner = false;
};

}  // namespace lazaret::store
