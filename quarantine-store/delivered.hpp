#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "base/records/verdict.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// Where one row stands: what a page ends with. It stays true while mail comes.
struct DeliveredPlace {
    Moment when{};
    Digest digest{};

    bool operator==(const DeliveredPlace&) const = default;
};

/// A message that was delivered to one address of an account.
struct DeliveredRow {
    DeliveredPlace place{};
    std::string mailbox{};
    std::string sender{};   ///< MAIL FROM without brackets; empty for bounces
    std::string from{};     ///< as the message says; cut
    std::string subject{};  ///< cut
    Class verdict = Class::Clean;
    double score = 0.0;
    bool is_called_spam = false;  ///< by the account's owner, or his delegate
    std::string said_by{};        ///< of that: by which address; empty: not noted, or elsewhere
};

/// What was delivered to an account, and what is said of it. Role lazaret_portal; for a full
/// session of that account, or of a guest of it whom its owner shows that (Host::sees_delivered);
/// else there is nothing. There is also nothing where milters note no passages.
class Delivered {
public:
    /// What is older is not shown, and nobody votes on it.
    static constexpr std::chrono::days shown_for{14};

    Delivered(Database& database, std::string session_token, AccountId account)
        : database_{database}, token_{std::move(session_token)}, account_{account}
    {
    }

    /// The newest first, behind a place or from the beginning. Cost: an index look-up a day and
    /// the rows.
    std::vector<DeliveredRow> rows(const std::optional<DeliveredPlace>& before, std::size_t limit);

    /// Audited. @param is_spam  false: takes back what was said.
    /// @return false when it was not delivered there, or too much was said today.
    bool vote(const Digest& digest, bool is_spam, const std::string& client);

private:
    Database& database_;
    std::string token_;
    AccountId account_;
};

}  // namespace lazaret::store
