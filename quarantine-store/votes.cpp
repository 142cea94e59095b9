#include "quarantine-store/votes.hpp"

#include <fmt/format.h>

#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/model_steps.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

using namespace std::chrono_literals;

constexpr auto between_tries = 200ms;
constexpr std::int64_t most_looked_through = 20'000;  // votes, for those that are held out
constexpr auto patience = 2min;                       // for what writes hundreds of votes

// What the trainer may see as a word: its own tells from none by NULL.
std::optional<std::string> word_or_null(const std::string& word)
{
    return word.empty() ? std::nullopt : std::optional{word};
}

PendingVote pending_of(const pqxx::row& row)
{
    PendingVote vote;
    vote.tenant = value<TenantId>(row[0]);
    vote.account = value<AccountId>(row[1]);
    vote.digest = digest_in(row[2]);
    vote.says = text(row[3]);
    vote.told = text(row[4]);
    vote.step = row[5].is_null() ? std::string{} : raw_bytes(row[5]);
    vote.told_since = value<std::int64_t>(row[6]);
    vote.is_held_out = value<bool>(row[7]);
    vote.size = static_cast<std::uint64_t>(value<std::int64_t>(row[8]));
    vote.place = value<int>(row[9]);
    vote.place_in_month = value<int>(row[10]);
    vote.place_in_tenant = value<int>(row[11]);
    return vote;
}

// The row is still what was read, and stays so until the transaction ends.
bool is_unchanged(pqxx::work& transaction, const PendingVote& vote)
{
    return !run(transaction,
                "select 1 from lazaret.vote where tenant_id = $1 and account_id = $2 "
                "and digest = $3 and told is not distinct from $4 and told_since = $5 for update",
                vote.tenant, vote.account, bytes_of(vote.digest), word_or_null(vote.told),
                vote.told_since)
                .empty();
}

void write_told(pqxx::work& transaction, const ToldVote& one, std::int64_t version)
{
    const auto& vote = one.vote;
    keep_told(transaction, vote.tenant, vote.account, vote.digest, version);
    run(transaction,
        "update lazaret.vote set told = $4, "
        "step = case when length($5::bytea) > 0 then $5::bytea end, "
        "told_since = case when $4::text is null then 0 else $6 end, refusals = 0, tried = null "
        "where tenant_id = $1 and account_id = $2 and digest = $3",
        vote.tenant, vote.account, bytes_of(vote.digest), word_or_null(one.told), Bytes{one.step},
        version);
}

void write_lesson(pqxx::work& transaction, const LessonNote& note, Moment now)
{
    // Of runs that found nothing only the last is worth knowing.
    run(transaction,
        "delete from lazaret.lesson where outcome = 'nothing' "
        "or at < lazaret.moment($1) - interval '90 days'",
        micros(now));
    const auto& held_out = note.held_out;
    run(transaction,
        "insert into lazaret.lesson (at, outcome, base, version, learned, taken_back, reason, "
        "spam, ham, loss_before, loss_after, wrong_before, wrong_after) values "
        "(lazaret.moment($1), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        micros(now), note.outcome, note.base, note.version, note.learned, note.taken_back,
        kept_error(note.reason), held_out.spam, held_out.ham, held_out.loss_before,
        held_out.loss_after, held_out.wrong_before, held_out.wrong_after);
}

}  // namespace

bool Votes::become_trainer(std::chrono::seconds patience)
{
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const bool alone =
            database_.session().transact("becoming the trainer", [](pqxx::work& transaction) {
                return value<bool>(
                    transaction.exec("select pg_try_advisory_lock(7230947206)")[0][0]);
            });
        if (alone || std::chrono::steady_clock::now() >= until) return alone;
        std::this_thread::sleep_for(between_tries);
    }
}

std::vector<PendingVote> Votes::pending(std::size_t limit)
{
    auto& session = database_.session();
    return session.transact("reading votes", patience, [&](pqxx::work& transaction) {
        std::vector<PendingVote> all;
        const auto rows =
            run(transaction,
                "select v.tenant_id, v.account_id, v.digest, v.says, v.told, v.step, "
                "v.told_since, v.is_held_out, coalesce(b.size, 0), "
                "(select count(*) from lazaret.vote o where o.tenant_id = v.tenant_id "
                " and o.account_id = v.account_id and o.says is not null "
                " and o.at >= date_trunc('day', v.at, 'UTC') "
                " and (o.at, o.digest) <= (v.at, v.digest)), "
                "(select count(*) from lazaret.vote o where o.tenant_id = v.tenant_id "
                " and o.account_id = v.account_id "
                " and (o.says = 'spam') = (v.says = 'spam') "
                " and o.at > v.at - interval '30 days' "
                " and (o.at, o.digest) <= (v.at, v.digest)), "
                "case when s.are_several then (select count(*) from ("
                "  select from lazaret.vote o where o.tenant_id = v.tenant_id "
                "  and o.account_id > 0 and o.says is not null "
                "  and o.at >= date_trunc('day', v.at, 'UTC') "
                "  and (o.at, o.digest, o.account_id) <= (v.at, v.digest, v.account_id) "
                "  limit $4) t) else 0 end "
                "from (select lazaret.has_several_tenants() as are_several) s "
                "cross join lazaret.vote v left join lateral ("
                "  select length(m.bytes)::bigint as size from lazaret.message_bytes m "
                "  where m.tenant_id = v.tenant_id and m.digest = v.digest limit 1) b on true "
                "where v.account_id > 0 and v.says is distinct from v.told "
                "and (b.size > 0 or v.step is not null or v.says is null) "
                "and (v.says is null or (not v.set_aside and v.refusals < $3 "
                "     and (v.tried is null or v.tried < lazaret.moment($2) - interval '1 day'))) "
                "order by v.at, v.digest, v.account_id limit $1",
                static_cast<std::int64_t>(limit), micros(session.now()), most_refusals,
                most_places_in_tenant);
        for (const auto& row : rows) all.push_back(pending_of(row));
        return all;
    });
}

std::optional<std::string> Votes::bytes(TenantId tenant, const Digest& digest)
{
    return database_.session().transact(
        "reading a message", [&](pqxx::work& transaction) -> std::optional<std::string> {
            const auto rows = run(transaction,
                                  "select bytes from lazaret.message_bytes "
                                  "where tenant_id = $1 and digest = $2 limit 1",
                                  tenant, bytes_of(digest));
            if (rows.empty()) return std::nullopt;
            return raw_bytes(rows[0][0]);
        });
}

std::vector<HeldOutVote> Votes::held_out(std::size_t of_each)
{
    return database_.session().transact(
        "reading what was held out", patience, [&](pqxx::work& transaction) {
            std::vector<HeldOutVote> all;
            // What `learn spam PATH` taught to all is no test of what they know.
            const auto rows =
                run(transaction,
                    "select tenant_id, digest, is_spam from ("
                    "  select v.tenant_id, v.digest, v.says = 'spam' as is_spam, v.at, "
                    "  row_number() over (partition by v.says = 'spam' order by v.at desc, "
                    "                     v.digest) as place from ("
                    "    select *, row_number() over (partition by tenant_id, account_id, "
                    "      says = 'spam' order by at desc, digest) as own, "
                    "      row_number() over (partition by tenant_id, says = 'spam' "
                    "      order by at desc, digest) as of_tenant from ("
                    "      select tenant_id, account_id, digest, says, at from lazaret.vote "
                    "      where is_held_out and account_id > 0 and says is not null "
                    "      order by at desc limit $2) newest) v cross join ("
                    "    select lazaret.has_several_tenants() as are_several) s "
                    "  where v.own <= 40 and (v.of_tenant <= $1 / 2 or not s.are_several) "
                    "  and not exists (select from lazaret.vote s "
                    "    where s.tenant_id = 0 and s.account_id = 0 and s.digest = v.digest) "
                    "  and exists (select from lazaret.message_bytes m where m.tenant_id = "
                    "    v.tenant_id and m.digest = v.digest and length(m.bytes) <= 1048576)) p "
                    "where place <= $1 order by is_spam, place",
                    static_cast<std::int64_t>(of_each), most_looked_through);
            for (const auto& row : rows)
                all.push_back({value<TenantId>(row[0]), digest_in(row[1]), value<bool>(row[2])});
            return all;
        });
}

bool Votes::publish(bool is_snapshot, const std::string& bytes, std::span<const ToldVote> told,
                    const LessonNote& note)
{
    refuse_second_trainer();
    publish_accounts(told);
    auto& session = database_.session();
    return session.transact("publishing a lesson", patience, [&](pqxx::work& transaction) {
        for (const auto& one : told)
            if (!is_unchanged(transaction, one.vote)) return false;
        const auto words =
            fmt::format("votes: {} learned, {} taken back", note.learned, note.taken_back);
        if (!bytes.empty() && !add_version(transaction, note.base, is_snapshot, bytes, words))
            return false;
        for (const auto& one : told) write_told(transaction, one, note.version);
        write_lesson(transaction, note, session.now());
        return true;
    });
}

void Votes::note(const LessonNote& note, std::span<const PendingVote> in_vain)
{
    auto& session = database_.session();
    session.transact("noting a lesson", patience, [&](pqxx::work& transaction) {
        for (const auto& vote : in_vain)
            run(transaction,
                "update lazaret.vote set refusals = refusals + 1, tried = lazaret.moment($4) "
                "where tenant_id = $1 and account_id = $2 and digest = $3 and says = $5",
                vote.tenant, vote.account, bytes_of(vote.digest), micros(session.now()), vote.says);
        write_lesson(transaction, note, session.now());
        run(transaction,
            "delete from lazaret.vote_excess where day < lazaret.moment($1)::date - 30",
            micros(session.now()));
    });
}

bool Votes::roll_back(std::int64_t version, const std::string& snapshot, bool set_aside,
                      const LessonNote& note)
{
    auto& session = database_.session();
    return session.transact("rolling the model back", patience, [&](pqxx::work& transaction) {
        if (!add_version(transaction, note.base, true, snapshot,
                         fmt::format("back to version {}", version)))
            return false;
        run(transaction,
            "insert into lazaret.told_before (tenant_id, account_id, digest, since, until, told, "
            "step) select tenant_id, account_id, digest, told_since, $2, told, step "
            "from lazaret.vote where told is not null and told_since > $1",
            version, note.version);
        run(transaction,
            "update lazaret.vote set told = null, step = null, told_since = 0, "
            "set_aside = account_id > 0 and $2 where told is not null and told_since > $1",
            version, set_aside);
        // From now on the model has it without a break, so it counts as learned by this version.
        run(transaction,
            "update lazaret.vote v set told = b.told, step = b.step, told_since = $2 "
            "from lazaret.told_before b where b.tenant_id = v.tenant_id "
            "and b.account_id = v.account_id and b.digest = v.digest "
            "and b.since <= $1 and b.until > $1",
            version, note.version);
        write_lesson(transaction, note, session.now());
        return true;
    });
}

std::int64_t Votes::take_up_again()
{
    return database_.session().transact("taking up votes", [](pqxx::work& transaction) {
        const auto rows = transaction.exec(
            "update lazaret.vote set set_aside = false, refusals = 0, tried = null "
            "where set_aside or refusals > 0");
        return static_cast<std::int64_t>(rows.affected_rows());
    });
}

// Milters know by its addresses what an account thinks. In a transaction of its own: the lock of
// changes is everybody's, and telling hundreds of votes takes a while.
void Votes::publish_accounts(std::span<const ToldVote> told)
{
    std::vector<std::string> accounts;
    for (const auto& one : told) accounts.push_back(std::to_string(one.vote.account));
    if (accounts.empty()) return;
    database_.session().transact("publishing accounts", [&](pqxx::work& transaction) {
        run(transaction,
            "select lazaret.publish_account(tenant_id, account_id) from ("
            "  select distinct tenant_id, account_id from lazaret.address "
            "  where account_id = any ($1::bigint[]) and change is null order by 1, 2) n",
            text_array(accounts));
    });
}

// A connection that broke has lost the lock, and another trainer may have it.
void Votes::refuse_second_trainer()
{
    if (!become_trainer(0s))
        throw Error{Error::Kind::Unavailable, "another trainer is at it"}.with_hint(
            "what this one learned is not kept, and is learned again");
}

}  // namespace lazaret::store
