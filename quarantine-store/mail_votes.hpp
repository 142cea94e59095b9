#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// What somebody says of a message that was delivered to him, and its bytes.
struct MailVote {
    enum class Way {
        Junk,     ///< he moved it there, or out of it: what he had said by moving it is taken back
        Forward,  ///< he forwarded it to an address of the site
    };
    std::string address;  ///< whose mail it was, as Address::key()
    Digest digest{};
    bool is_spam = false;
    Way way = Way::Junk;
    /// As it came to us. Of more than `most_vote_bytes` the rest is not kept: no model looks there.
    std::string_view bytes{};
};
inline constexpr std::size_t most_vote_bytes = 512 << 10;

/// Bytes of a message that is looked at for a vote: its digest is over all of it.
inline constexpr std::size_t longest_mail_vote = 4 << 20;

/// Milters note in batches to whom they delivered: until then a message is Elsewhere.
inline constexpr std::chrono::seconds noted_within{10};

enum class MailVoted {
    Noted,      ///< now, or before
    Unknown,    ///< the address is in no domain of ours
    Elsewhere,  ///< by our notes it was not delivered to him, or too long ago; or no notes are kept
    TooMany,    ///< he said, or brought, more than he may in a day
};
/// For a log line.
std::string_view sentence(MailVoted outcome);

/// Notes a vote, and keeps the bytes until the model was told, where nobody has them. Role
/// lazaret_portal.
MailVoted vote_by_mail(Database& database, const MailVote& vote);

}  // namespace lazaret::store
