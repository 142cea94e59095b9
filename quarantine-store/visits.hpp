#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// What becomes of the wish to be somebody's guest.
enum class VisitAnswer {
    Begun,
    SessionOver,  ///< or no full one
    Unknown,      ///< no such account, or none that he may visit; which of the two, nobody learns
    Own,          ///< it is his own
    NoReason,     ///< an administrator must say why
};

/// What an administrator did with what is another's.
enum class Interest {
    Looked,  ///< at a message, or as a guest, with a reason
    Traced,  ///< asked where mail went
    Listed,  ///< looked for him among what is held for all: senders and subjects
};

/// An administrator who saw what is another's.
struct Visitor {
    Moment when{};
    std::string who{};
    std::string reason{};  ///< of Looked
    Interest interest = Interest::Looked;
};

/// An account whose delegate somebody is.
struct SharedAccount {
    std::string address{};      ///< its oldest
    bool gets_reports = false;  ///< he gets its reports
    bool is_asked = false;      ///< its owner wants him to
};

/// How the owner of a full session becomes the guest of another account, and stops being one.
/// What he may do there, Session::host says, which is asked anew with each request. Role
/// lazaret_portal.
class Visits {
public:
    /// What a reason may have, in bytes; what is longer is cut.
    static constexpr std::size_t longest_reason = 500;

    Visits(Database& database, std::string session_token)
        : database_{database}, token_{std::move(session_token)}
    {
    }

    /// A visit that goes on ends with it. An administrator's is audited and ends after two hours; a
    /// delegate's is not noted, only what he does. Without a reason somebody who is both comes as a
    /// delegate.
    VisitAnswer begin(const Address& address, const std::string& reason, const std::string& client);
    void end();

    /// Lets him have a message of his host before him, if he is a guest of its account now and
    /// `visitor` is his own account. For an administrator that is written down, once an hour.
    /// @return under which name and by which right; none: he may not.
    std::optional<Actor> look(const Reference& copy, AccountId visitor, const std::string& client);

    /// The accounts whose delegate he is.
    std::vector<SharedAccount> hosts();
    /// He wants the reports of an account whose delegate he is, or wants to be that no more.
    /// @return false: he is not.
    bool answer_host(const std::string& address, bool agrees, const std::string& client);
    /// The administrators who saw what is in his own account, newest first, at most 20.
    std::vector<Visitor> visitors();

private:
    Database& database_;
    std::string token_;
};

/// The administrators who looked at a message, newest first, at most 20. Role lazaret_portal.
std::vector<Visitor> looks_at(Database& database, const Reference& copy);

}  // namespace lazaret::store
