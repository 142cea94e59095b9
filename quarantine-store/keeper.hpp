#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/records/held_mail.hpp"
#include "quarantine-store/mail_votes.hpp"
#include "quarantine-store/text_forwards.hpp"

namespace lazaret::store {

/// The seam between the milter and the quarantine: keeps what must not be lost. Role
/// lazaret_milter.
class Keeper {
public:
    virtual ~Keeper() = default;

    /// Commits one message with its copies, in one transaction, and returns when it is on disk.
    ///
    /// Idempotent: a copy of the same (tenant, digest, recipient) that is held or releasing is
    /// found, and no second one is made, however much later the retry comes. Copies that a person
    /// released or deleted do not count.
    /// @return the reference of each copy, in order: the new one, or the one that was there.
    /// Throws Error{Unavailable} when it is not known to be committed: answer 451, the retry is
    /// safe. Several threads may call at once.
    virtual std::vector<Reference> hold(const HeldMail& mail, std::span<const HeldCopy> copies) = 0;

    /// When this message first got a 451 for want of a scanner; notes `now` when it is new.
    /// Throws Error{Unavailable}.
    virtual Moment first_deferred(TenantId tenant, const Digest& digest, Moment now) = 0;

    /// What somebody says by forwarding a message to an address of the site. Idempotent. Throws
    /// Error{Unavailable}: answer 451.
    virtual MailVoted vote(const MailVote& vote, Moment now) = 0;

    /// The same where the message was forwarded as text. Each time counts. Throws
    /// Error{Unavailable}.
    virtual TextForwarded count(const TextForward& forward, Moment now) = 0;
};

/// PostgreSQL. Connections are made when needed, as many as there are callers at once, at most
/// `most_connections`; a broken one is made anew.
std::unique_ptr<Keeper> make_keeper(const DatabaseConfig& config, std::size_t most_connections);

}  // namespace lazaret::store
