#include "quarantine-store/upkeep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "base/error.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/retention.hpp"

namespace lazaret::store {
namespace {

using namespace std::chrono_literals;

constexpr int spare_days = 2;  // beyond the longest retention
constexpr int note_days_ahead = 7;
constexpr int note_days_kept = 30;  // passages and refusals
constexpr int lock_tries = 20;
constexpr auto moving_time = 1h;    // of many rows; waiting for a lock takes none, see lock_timeout
constexpr auto lock_pause = 100ms;  // in which the holds that wait for us get through

std::set<Day> days_of(Database::Session& session, const std::string& parent)
{
    return session.transact("looking at partitions", [&](pqxx::work& transaction) {
        std::set<Day> days;
        const auto rows = run(
            transaction, "select day - date '1970-01-01' from lazaret.days_of($1) as day", parent);
        for (const auto& row : rows) days.insert(day(row[0]));
        return days;
    });
}

// For many rows, in this transaction.
void take_time(pqxx::work& transaction)
{
    transaction.exec(fmt::format("set local statement_timeout = {}",
                                 std::chrono::milliseconds{moving_time}.count()));
}

// Runs a function of schema/0004_partitions.sql for a day, until it gets its locks. None: it never
// got them, or wants to wait.
std::optional<pqxx::result> with_locks(Database::Session& session, const char* statement, Day day)
{
    for (int left = lock_tries; left > 0; --left) {
        bool locked = true;
        auto rows =
            session.transact("changing partitions", moving_time, [&](pqxx::work& transaction) {
                take_time(transaction);
                transaction.exec("savepoint before");
                // A try that is no edge: not to get a lock is an answer here.
                try {
                    return run(transaction, statement, day_text(day));
                } catch (const pqxx::sql_error& error) {
                    if (error.sqlstate() != "55P03") throw;
                    locked = false;
                    return transaction.exec("rollback to savepoint before");
                }
            });
        if (locked) return rows;
        std::this_thread::sleep_for(lock_pause);
    }
    return std::nullopt;
}

void make_days(Database::Session& session, const char* statement, const std::set<Day>& wanted,
               const std::set<Day>& there, UpkeepReport& report)
{
    for (const auto day : wanted) {
        if (there.contains(day)) continue;
        const auto rows = with_locks(session, statement, day);
        if (!rows) {
            report.postponed.push_back(fmt::format("{}: its tables are busy", day_text(day)));
            continue;
        }
        const auto moved = value<std::int64_t>((*rows)[0][0]);
        if (moved < 0) continue;  // another upkeep made it
        ++report.days_made;
        report.rows_moved += moved;
    }
}

void drop_days(Database::Session& session, const char* name, const char* statement, Day before,
               UpkeepReport& report)
{
    for (const auto day : days_of(session, name)) {
        if (day >= before) break;
        auto child = fmt::format("{}_{}", name, day_text(day));
        std::erase(child, '-');
        const auto rows = with_locks(session, statement, day);
        if (!rows) report.postponed.push_back(child + ": it is busy");
        else if (!value<bool>((*rows)[0][0]))
            report.postponed.push_back(child + ": copies are on their way to the mail server");
        else report.dropped.push_back(child);
    }
}

}  // namespace

int longest_retention(pqxx::transaction_base& transaction)
{
    int longest = 0;
    for (const auto& one : all_classes()) longest = std::max(longest, one.retention_days);
    const auto chosen = transaction.exec(
        "select max(value::int) from lazaret.setting, jsonb_each_text(chosen) "
        "where not gone and key like 'retention.%' and value ~ '^[0-9]{1,4}$'")[0][0];
    return std::max(longest, maybe<int>(chosen).value_or(0));
}

UpkeepReport Upkeep::run()
{
    UpkeepReport report;
    run(report);
    return report;
}

void Upkeep::run(UpkeepReport& report)
{
    refuse_wrong_clock();
    make_partitions(report);
    drop_expired(report);
    tidy(report);
    count_senders(report);
}

void Upkeep::tidy(UpkeepReport& report)
{
    auto& session = database_.session();
    for (const auto* tidied :
         {"tidy_changes(today)", "tidy(today)", "tidy_reports(today)", "tidy_notifications(today)",
          "tidy_sign_ins(now)", "tidy_votes(now)", "tidy_what_was_said(today)",
          "tidy_text_forwards(today)", "tidy_newsletters(today)", "tidy_old_deeds(today)"}) {
        const auto sql = fmt::format(
            "select lazaret.{} from lazaret.moment($1) as now, "
            "cast(lazaret.moment($1) at time zone 'UTC' as date) as today",
            tidied);
        report.notes_removed +=
            session.transact("tidying up", moving_time, [&](pqxx::work& transaction) {
                take_time(transaction);
                const auto rows = store::run(transaction, sql.c_str(), micros(session.now()));
                return value<std::int64_t>(rows[0][0]);
            });
    }
}

void Upkeep::count_senders(UpkeepReport& report)
{
    auto& session = database_.session();
    const auto did_one = [&](const char* statement) {
        return session.transact("counting senders", moving_time, [&](pqxx::work& transaction) {
            take_time(transaction);
            return !store::run(transaction, statement, micros(session.now()))[0][0].is_null();
        });
    };
    while (report.days_counted < note_days_kept &&
           did_one("select lazaret.count_senders(lazaret.moment($1))"))
        ++report.days_counted;
    // One a time: a month is much, and the next round comes soon.
    did_one("select lazaret.prune_senders(lazaret.moment($1))");
}

void Upkeep::refuse_wrong_clock()
{
    auto& session = database_.session();
    const auto theirs = session.transact("asking for the time", [](pqxx::work& transaction) {
        return moment(transaction.exec("select lazaret.micros(clock_timestamp())")[0][0]);
    });
    const auto difference = std::chrono::abs(session.now() - theirs);
    if (difference <= most_difference_) return;
    throw Error{Error::Kind::Setup,
                "this host's clock and the database server's differ by {} minutes, so nothing is "
                "dropped",
                std::chrono::floor<std::chrono::minutes>(difference).count()}
        .with_hint("set both by NTP: timedatectl");
}

void Upkeep::make_partitions(UpkeepReport& report)
{
    auto& session = database_.session();
    const auto today = session.today();
    std::set<Day> wanted;
    session.transact("looking at partitions", [&](pqxx::work& transaction) {
        const auto ahead = longest_retention(transaction) + spare_days;
        for (int at = 0; at <= ahead; ++at) wanted.insert(today + std::chrono::days{at});
        const auto strays =
            transaction.exec("select day - date '1970-01-01' from lazaret.stray_days() as day");
        for (const auto& row : strays)
            if (day(row[0]) >= today) wanted.insert(day(row[0]));
    });
    make_days(session, "select lazaret.make_expiry_day($1::date)", wanted,
              days_of(session, "held_copy"), report);

    std::set<Day> notes;
    for (int at = 0; at <= note_days_ahead; ++at) notes.insert(today + std::chrono::days{at});
    session.transact("looking at partitions", [&](pqxx::work& transaction) {
        const auto strays = transaction.exec(
            "select day - date '1970-01-01' from lazaret.stray_note_days() as day");
        for (const auto& row : strays)
            if (day(row[0]) >= today - std::chrono::days{note_days_kept}) notes.insert(day(row[0]));
    });
    make_days(session, "select lazaret.make_note_day($1::date)", notes, days_of(session, "passage"),
              report);
}

void Upkeep::drop_expired(UpkeepReport& report)
{
    refuse_wrong_clock();
    auto& session = database_.session();
    const auto today = session.today();
    drop_days(session, "held_copy", "select lazaret.drop_expiry_day($1::date)", today, report);
    drop_days(session, "passage", "select lazaret.drop_note_day($1::date)",
              today - std::chrono::days{note_days_kept}, report);
    if (!with_locks(session, "select lazaret.remove_expired_strays($1::date)", today) ||
        !with_locks(session, "select lazaret.remove_old_notes($1::date)",
                    today - std::chrono::days{note_days_kept}))
        report.postponed.emplace_back("the default partition: it is busy");
}

bool Upkeep::set_legal_hold(const Reference& reference, bool on, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact("changing a legal hold", [&](pqxx::work& transaction) {
        const auto copy = find_summary(transaction, reference);
        if (!copy) return false;
        if (copy->legal_hold == on) return true;
        // Back to a day that is still to come, so that nothing vanishes at once.
        const auto back = std::max(copy->expires, session.today() + std::chrono::days{1});
        store::run(transaction,
                   on ? "select lazaret.move_legal(tenant_id, digest, expires, expires + 2000000) "
                        "from lazaret.held_copy where reference = $1 and $2::text is not null"
                      : "select lazaret.move_legal(tenant_id, digest, expires, $2::date) "
                        "from lazaret.held_copy where reference = $1",
                   reference.text(), day_text(back));
        note_audit(transaction, copy->tenant, actor, on ? "legal hold on" : "legal hold off",
                   reference.text(), copy->recipient);
        return true;
    });
}

}  // namespace lazaret::store
