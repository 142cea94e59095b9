#pragma once

#include "quarantine-store/mail_votes.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

/// The same in a transaction of somebody's.
MailVoted vote_by_mail(pqxx::transaction_base& transaction, const MailVote& vote, Moment now);

}  // namespace lazaret::store
