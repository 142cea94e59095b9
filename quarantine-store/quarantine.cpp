#include "quarantine-store/quarantine.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

// The columns of a summary whose size is wanted, too.
std::string sized_columns() { return statement_of({summary_columns, ", octet_length(m.bytes) "}); }
constexpr int size_column = summary_width;

constexpr auto from_both = R"(
    from lazaret.held_copy h
    join lazaret.held_mail m using (tenant_id, digest, expires) )";

HeldSummary sized_summary_of(const pqxx::row& row)
{
    auto summary = summary_of(row);
    summary.size = value<std::uint64_t>(row[size_column]);
    return summary;
}

HeldDetails details_of(const pqxx::row& row)
{
    HeldDetails details{.summary = sized_summary_of(row)};
    auto at = size_column + 1;
    const auto next = [&] { return row[at++]; };
    details.digest = digest_in(next());
    details.client_ip = text(next());
    details.helo = text(next());
    details.from_address = text(next());
    details.list_id = text(next());
    details.eight_bit = value<bool>(next());
    details.utf8 = value<bool>(next());
    details.hits = hits_of(text(next()));
    details.explanation = explanation_of(text(next()));
    const auto preview = text(next());
    details.preview = preview_of(preview, raw_bytes(next()));
    details.changed = maybe_moment(next());
    details.changed_by = text(next());
    return details;
}

// Conditions and their values. Only what is asked for stands in the statement: an index is of no
// use to a condition that might be none.
class Conditions {
public:
    /// @param text  with `{}` where the value goes
    void add(std::string_view text, std::string value)
    {
        values_.push_back(std::move(value));
        sql_ += sql_.empty() ? " where " : " and ";
        sql_ += fmt::format(fmt::runtime(text), fmt::format("${}", values_.size()));
    }

    pqxx::result select(pqxx::transaction_base& transaction, const std::string& columns,
                        const std::string& rest) const
    {
        return run_with(transaction, columns + sql_ + rest, values_);
    }

private:
    std::string sql_;
    std::vector<std::string> values_;
};

// The accounts of an address, with and without its tag: an array for `= any`.
std::string accounts_of(pqxx::transaction_base& transaction, const std::vector<std::string>& keys)
{
    const auto rows =
        run(transaction, "select account_id from lazaret.address where address = any ($1::text[])",
            text_array(keys));
    std::vector<std::string> accounts;
    for (const auto& row : rows) accounts.push_back(text(row[0]));
    return text_array(accounts);
}

void add_recipient(pqxx::transaction_base& transaction, Conditions& conditions,
                   const std::string& recipient)
{
    if (recipient.starts_with('@')) {
        const auto ending = ascii_lower(recipient);
        conditions.add("right(h.recipient_key, " + std::to_string(ending.size()) + ") = {}",
                       ending);
        return;
    }
    const auto key = recipient_key(recipient);
    const auto address = parse_address(recipient);
    const auto untagged = address ? without_tag(*address).key() : key;
    conditions.add("h.account_id = any ({}::bigint[])", accounts_of(transaction, {key, untagged}));
    if (untagged != key) conditions.add("h.recipient_key = {}", key);
}

Conditions conditions_of(pqxx::transaction_base& transaction, const HeldFilter& filter)
{
    Conditions conditions;
    if (!filter.recipient.empty()) add_recipient(transaction, conditions, filter.recipient);
    if (filter.since)
        conditions.add("h.received >= lazaret.moment({}::bigint)",
                       std::to_string(micros(*filter.since)));
    if (filter.verdict) conditions.add("h.class = {}", std::string{token(*filter.verdict)});
    if (filter.state) conditions.add("h.state = {}", std::string{token(*filter.state)});
    if (filter.for_recipient) conditions.add("h.kept_after_refusal = {}::boolean", "false");
    return conditions;
}

}  // namespace

bool may(Role role, Deed deed, const HeldSummary& copy)
{
    if (role == Role::Recipient && copy.kept_after_refusal) return false;
    return may(role, deed, copy.verdict);
}

std::string_view token(CopyState state)
{
    switch (state) {
        case CopyState::Held: return "held";
        case CopyState::Releasing: return "releasing";
        case CopyState::Released: return "released";
        case CopyState::Deleted: return "deleted";
    }
    return "";
}

std::optional<CopyState> copy_state_of(std::string_view text)
{
    for (const auto state :
         {CopyState::Held, CopyState::Releasing, CopyState::Released, CopyState::Deleted})
        if (token(state) == text) return state;
    return std::nullopt;
}

std::optional<HeldSummary> find_summary(pqxx::transaction_base& transaction,
                                        const Reference& reference)
{
    const auto sql = statement_of({sized_columns(), from_both, "where h.reference = $1"});
    const auto rows = run(transaction, sql.c_str(), reference.text());
    if (rows.empty()) return std::nullopt;
    return sized_summary_of(rows[0]);
}

std::vector<HeldSummary> Quarantine::list(const HeldFilter& filter)
{
    return database_.session().transact("listing held mail", [&](pqxx::work& transaction) {
        std::vector<HeldSummary> all;
        const auto rows =
            conditions_of(transaction, filter)
                .select(transaction, statement_of({sized_columns(), from_both}),
                        fmt::format(" order by h.received desc, h.reference limit {} offset {}",
                                    filter.limit, filter.skip));
        for (const auto& row : rows)
            if (is_readable(row)) all.push_back(sized_summary_of(row));
        return all;
    });
}

std::size_t Quarantine::count(const HeldFilter& filter)
{
    return database_.session().transact("counting held mail", [&](pqxx::work& transaction) {
        const auto rows = conditions_of(transaction, filter)
                              .select(transaction, "select count(*) from lazaret.held_copy h", "");
        return static_cast<std::size_t>(value<std::int64_t>(rows[0][0]));
    });
}

std::optional<HeldDetails> Quarantine::find(const Reference& reference)
{
    const auto sql =
        statement_of({sized_columns(),
                      ", h.digest, h.client_ip, h.helo, m.from_address, m.list_id, h.eight_bit, "
                      "h.utf8, h.hits, h.explanation, m.preview, m.preview_images, "
                      "lazaret.micros(h.changed), h.changed_by",
                      from_both, "where h.reference = $1"});
    return database_.session().transact(
        "looking at held mail", [&](pqxx::work& transaction) -> std::optional<HeldDetails> {
            const auto rows = run(transaction, sql.c_str(), reference.text());
            if (rows.empty()) return std::nullopt;
            return details_of(rows[0]);
        });
}

std::optional<std::string> Quarantine::bytes(const Reference& reference)
{
    return database_.session().transact(
        "reading held mail", [&](pqxx::work& transaction) -> std::optional<std::string> {
            const auto sql = statement_of({"select m.bytes ", from_both, "where h.reference = $1"});
            const auto rows = run(transaction, sql.c_str(), reference.text());
            if (rows.empty()) return std::nullopt;
            return raw_bytes(rows[0][0]);
        });
}

Result<std::string, DeedFault> Quarantine::export_copy(const Reference& reference,
                                                       const Actor& actor)
{
    using Answer = Result<std::string, DeedFault>;
    return database_.session().transact(
        "exporting held mail", [&](pqxx::work& transaction) -> Answer {
            const auto copy = find_summary(transaction, reference);
            if (!copy) return because(DeedFault::Unknown);
            if (!may(actor.role, Deed::Export, *copy)) return because(DeedFault::NotAllowed);
            note_audit(transaction, copy->tenant, actor, "export", reference.text(),
                       copy->recipient);
            const auto sql = statement_of({"select m.bytes ", from_both, "where h.reference = $1"});
            return raw_bytes(run(transaction, sql.c_str(), reference.text())[0][0]);
        });
}

Result<HeldSummary, DeedFault> Quarantine::remove(const Reference& reference, const Actor& actor)
{
    using Answer = Result<HeldSummary, DeedFault>;
    auto& session = database_.session();
    return session.transact("deleting held mail", [&](pqxx::work& transaction) -> Answer {
        const auto copy = find_summary(transaction, reference);
        if (!copy) return because(DeedFault::Unknown);
        if (copy->state == CopyState::Deleted) return *copy;
        if (!may(actor.role, Deed::Delete, *copy)) return because(DeedFault::NotAllowed);
        if (copy->legal_hold) return because(DeedFault::LegalHold);
        const auto rows = run(transaction,
                              "update lazaret.held_copy set state = 'deleted', "
                              "changed = lazaret.moment($2), changed_by = $3 "
                              "where reference = $1 and (state = 'held' or "
                              "(state = 'releasing' and last_error <> '')) returning reference",
                              reference.text(), micros(session.now()), valid_utf8(actor.name));
        if (rows.empty()) return because(DeedFault::TooLate);
        note_audit(transaction, copy->tenant, actor, "delete", reference.text(), copy->recipient);
        auto after = *copy;
        after.state = CopyState::Deleted;
        return after;
    });
}

std::string sentence(DeedFault fault, Role role, Deed deed, Class verdict)
{
    switch (fault) {
        case DeedFault::Unknown: return "there is no such message; it may have expired";
        case DeedFault::NotAllowed: return std::string{refusal_sentence(role, deed, verdict)};
        case DeedFault::TooLate: return "it was released, or is on its way";
        case DeedFault::Deleted: return "it was deleted";
        case DeedFault::LegalHold: return "it is on legal hold and must be kept";
        case DeedFault::Elsewhere: return "its recipient's domain is another tenant's now";
    }
    return "";
}

}  // namespace lazaret::store
