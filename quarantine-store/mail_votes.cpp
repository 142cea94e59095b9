#include "quarantine-store/mail_votes.hpp"

#include "base/error.hpp"
#include "base/mail/reference_field.hpp"
#include "quarantine-store/mail_vote_steps.hpp"
#include "quarantine-store/pg_connection.hpp"

namespace lazaret::store {

std::string_view sentence(MailVoted outcome)
{
    switch (outcome) {
        case MailVoted::Noted: return "noted";
        case MailVoted::Unknown: return "the address is in none of our domains";
        case MailVoted::Elsewhere:
            return "it was not delivered to that address in the last two weeks, as far as passages "
                   "are noted";
        case MailVoted::TooMany: return "too many votes of that account today";
    }
    return "";
}

MailVoted vote_by_mail(pqxx::transaction_base& transaction, const MailVote& vote, Moment now)
{
    const auto answer =
        text(run(transaction,
                 "select lazaret.vote_by_mail($1, $2, $3, $4, $5, lazaret.moment($6), "
                 "lazaret.moment($7))",
                 vote.address, bytes_of(vote.digest), vote.is_spam ? "spam" : "ham",
                 vote.way == MailVote::Way::Junk ? "junk" : "forward",
                 Bytes{vote.bytes.substr(0, most_vote_bytes)}, micros(now - reference_life),
                 micros(now))[0][0]);
    if (answer == "noted") return MailVoted::Noted;
    if (answer == "unknown") return MailVoted::Unknown;
    if (answer == "elsewhere") return MailVoted::Elsewhere;
    if (answer == "many") return MailVoted::TooMany;
    throw Error{Error::Kind::Bug, "database: lazaret.vote_by_mail answered {}", answer};
}

MailVoted vote_by_mail(Database& database, const MailVote& vote)
{
    auto& session = database.session();
    const auto now = session.now();
    return session.transact(
        "voting", [&](pqxx::work& transaction) { return vote_by_mail(transaction, vote, now); });
}

}  // namespace lazaret::store
