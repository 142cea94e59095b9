#include "quarantine-store/held_rows.hpp"

#include <tuple>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

constexpr std::chrono::days legal_shift{2'000'000};
constexpr Day first_legal_day{std::chrono::year{5000} / 1 / 1};

// The last day of a copy as it is stored, for people: what stands on legal hold expires so much
// later, see schema/0001_tables.sql. And whether it is on legal hold.
std::pair<Day, bool> expiry_of(Day stored)
{
    if (stored < first_legal_day) return {stored, false};
    return {stored - legal_shift, true};
}

}  // namespace

Reference reference_of(const pqxx::field& field)
{
    const auto reference = Reference::parse(text(field));
    if (!reference)
        throw Error{Error::Kind::Bug, "database: a held copy has a reference that is none"};
    return *reference;
}

bool is_readable(const pqxx::row& row)
{
    if (Reference::parse(text(row[0]))) return true;
    log::error("a held copy has a reference that is none",
               {{"tenant", value<TenantId>(row[1])}, {"received", utc_text(moment(row[2]))}});
    return false;
}

HeldSummary summary_of(const pqxx::row& row)
{
    HeldSummary summary{.reference = reference_of(row[0])};
    summary.tenant = value<TenantId>(row[1]);
    summary.received = moment(row[2]);
    summary.recipient = text(row[3]);
    summary.mailbox = text(row[4]);
    summary.sender = text(row[5]);
    summary.from = text(row[6]);
    summary.subject = text(row[7]);
    summary.verdict = class_of(text(row[8])).value_or(Class::Dangerous);
    summary.score = value<double>(row[9]);
    summary.state = copy_state_of(text(row[10])).value_or(CopyState::Held);
    std::tie(summary.expires, summary.legal_hold) = expiry_of(day(row[11]));
    summary.kept_after_refusal = value<bool>(row[12]);
    summary.queue_id = text(row[13]);
    summary.attempts = value<int>(row[14]);
    summary.last_error = text(row[15]);
    return summary;
}

}  // namespace lazaret::store
