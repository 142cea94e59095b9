#include "quarantine-store/vote_lists.hpp"

#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

LessonNote lesson_of(const pqxx::row& row)
{
    LessonNote note;
    note.outcome = text(row[0]);
    note.base = value<std::int64_t>(row[1]);
    note.version = value<std::int64_t>(row[2]);
    note.learned = value<int>(row[3]);
    note.taken_back = value<int>(row[4]);
    note.reason = text(row[5]);
    note.held_out = {value<int>(row[6]),    value<int>(row[7]),  value<double>(row[8]),
                     value<double>(row[9]), value<int>(row[10]), value<int>(row[11])};
    note.at = moment(row[12]);
    return note;
}

std::optional<LessonNote> last_lesson(pqxx::work& transaction, const std::string& outcome)
{
    const auto rows = run(transaction,
                          "select outcome, base, version, learned, taken_back, reason, spam, ham, "
                          "loss_before, loss_after, wrong_before, wrong_after, lazaret.micros(at) "
                          "from lazaret.lesson where $1 in ('', outcome) "
                          "order by lesson_id desc limit 1",
                          outcome);
    if (rows.empty()) return std::nullopt;
    return lesson_of(rows[0]);
}

// What waits, and what will never be told.
void count_pending(pqxx::work& transaction, Moment now, VoteStatus& status)
{
    constexpr auto of_pending = R"(
        with pending as (
            select coalesce(v.says, '') as says, v.at, v.refusals, v.set_aside and
                v.says is not null as set_aside, v.says is not null and not exists (
                    select from lazaret.message_bytes m
                    where m.tenant_id = v.tenant_id and m.digest = v.digest) as bare
            from lazaret.vote v where v.account_id > 0 and v.says is distinct from v.told)
        select says, bare and at < lazaret.moment($1) - $2 * interval '1 day' as given_up,
            set_aside, refusals >= $3 as refused, count(*), count(*) filter (where bare),
            lazaret.micros(min(at) filter (where not bare))
        from pending group by 1, 2, 3, 4 order by 1)";
    const auto rows = run(transaction, of_pending, micros(now),
                          static_cast<int>(Votes::bytes_awaited.count()), Votes::most_refusals);
    for (const auto& row : rows) {
        const auto votes = value<std::int64_t>(row[4]);
        if (value<bool>(row[1])) status.given_up += votes;
        else if (value<bool>(row[2])) status.set_aside += votes;
        else if (value<bool>(row[3])) status.refused += votes;
        else {
            const auto says = text(row[0]);
            if (status.pending.empty() || status.pending.back().says != says)
                status.pending.push_back({says});
            status.pending.back().votes += votes;
            status.pending.back().without_bytes += value<std::int64_t>(row[5]);
            const auto first = maybe_moment(row[6]);
            if (first && (!status.oldest || *first < *status.oldest)) status.oldest = first;
        }
    }
}

void count_accounts(pqxx::work& transaction, Moment now, std::size_t most, VoteStatus& status)
{
    constexpr auto of_accounts = R"(
        with said as (
            select tenant_id, account_id, count(*) as votes from lazaret.vote
            where account_id > 0 and at > lazaret.moment($1) - interval '1 day' group by 1, 2),
        excess as (
            select tenant_id, account_id, sum(votes) as votes from lazaret.vote_excess
            where day >= (lazaret.moment($1) at time zone 'UTC')::date - 1 group by 1, 2)
        select coalesce((select a.address from lazaret.address a
                         where a.tenant_id = n.tenant_id and a.account_id = n.account_id
                         order by a.created, a.address limit 1), n.account_id::text),
            coalesce(s.votes, 0), coalesce(x.votes, 0), count(x.votes) over ()
        from (select tenant_id, account_id from said
              union select tenant_id, account_id from excess) n
        left join said s using (tenant_id, account_id)
        left join excess x using (tenant_id, account_id)
        order by 2 desc, 3 desc, 1 limit $2)";
    for (const auto& row :
         run(transaction, of_accounts, micros(now), static_cast<std::int64_t>(most))) {
        status.accounts.push_back(
            {text(row[0]), value<std::int64_t>(row[1]), value<std::int64_t>(row[2])});
        status.capped = value<std::int64_t>(row[3]);
    }
}

void count_tenants(pqxx::work& transaction, Moment now, std::size_t most, VoteStatus& status)
{
    constexpr auto of_tenants = R"(
        select t.name, s.votes from (
            select v.tenant_id, count(*) as votes from lazaret.vote v
            where v.account_id > 0 and v.says is not null
              and v.at >= date_trunc('day', lazaret.moment($1), 'UTC') group by 1) s
        join lazaret.tenant t using (tenant_id)
        where lazaret.has_several_tenants()
        order by 2 desc, 1 limit $2)";
    for (const auto& row :
         run(transaction, of_tenants, micros(now), static_cast<std::int64_t>(most)))
        status.tenants.push_back({text(row[0]), value<std::int64_t>(row[1])});
}

void count_text_forwards(pqxx::work& transaction, Moment now, VoteStatus& status)
{
    const auto row = run(transaction,
                         "select coalesce(sum(forwards), 0), coalesce(sum(found), 0) "
                         "from lazaret.text_forward "
                         "where day > (lazaret.moment($1) at time zone 'UTC')::date - 30",
                         micros(now))[0];
    status.text_forwards = value<std::int64_t>(row[0]);
    status.text_forwards_found = value<std::int64_t>(row[1]);
}

}  // namespace

VoteStatus vote_status(Database& database, std::size_t most_accounts)
{
    auto& session = database.session();
    return session.transact("looking at votes", [&](pqxx::work& transaction) {
        VoteStatus status;
        count_pending(transaction, session.now(), status);
        count_accounts(transaction, session.now(), most_accounts, status);
        count_tenants(transaction, session.now(), most_accounts, status);
        count_text_forwards(transaction, session.now(), status);
        const auto held_out = transaction.exec(
            "select count(*) filter (where says = 'spam'), count(*) filter (where says <> 'spam') "
            "from lazaret.vote where is_held_out and account_id > 0 and says is not null")[0];
        status.held_out_spam = value<std::int64_t>(held_out[0]);
        status.held_out_ham = value<std::int64_t>(held_out[1]);
        status.last = last_lesson(transaction, "");
        status.last_refusal = last_lesson(transaction, "refused");
        return status;
    });
}

}  // namespace lazaret::store
