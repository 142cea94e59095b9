#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/votes.hpp"

namespace lazaret::store {

/// Votes of one kind that wait.
struct PendingKind {
    std::string says;  ///< `spam`, `ham`, `newsletter`; empty: taken back
    std::int64_t votes = 0;
    std::int64_t without_bytes = 0;  ///< of these: nobody has the message (any more)
};

/// What an account said in the last day.
struct VotingAccount {
    std::string name;  ///< its first address; else its number
    std::int64_t votes = 0;
    std::int64_t excess = 0;  ///< beyond what an account may say a day: not noted
};

/// What the accounts of a tenant said today (UTC), where there are several tenants.
struct VotingTenant {
    std::string name;
    std::int64_t votes = 0;
};

/// How it stands with learning from people.
struct VoteStatus {
    std::vector<PendingKind> pending;
    std::optional<Moment> oldest;  ///< of those that could be told
    std::int64_t set_aside = 0;
    std::int64_t refused = 0;              ///< tried often enough
    std::int64_t given_up = 0;             ///< their messages were never there
    std::vector<VotingAccount> accounts;   ///< most votes first
    std::int64_t capped = 0;               ///< accounts that said more than they may
    std::vector<VotingTenant> tenants;     ///< most votes first, as many as accounts
    std::int64_t text_forwards = 0;        ///< of the last 30 days: forwarded, without the bytes
    std::int64_t text_forwards_found = 0;  ///< of these: it is known what was forwarded
    std::int64_t held_out_spam = 0;        ///< votes
    std::int64_t held_out_ham = 0;
    std::optional<LessonNote> last;
    std::optional<LessonNote> last_refusal;
};

/// @param most_accounts  of those with the most votes.
VoteStatus vote_status(Database& database, std::size_t most_accounts);

}  // namespace lazaret::store
