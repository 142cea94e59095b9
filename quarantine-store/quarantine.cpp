#include "quarantine-store/quarantine.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

// The columns that summary_of() reads, in its order.
constexpr auto summary_columns = R"(
    select h.reference, h.tenant_id, lazaret.micros(h.received), h.recipient, h.mailbox, m.sender,
           m.from_text, m.subject, h.class, h.score, h.state, h.expires - date '1970-01-01',
           h.kept_after_refusal, octet_length(m.bytes), m.queue_id, h.attempts, h.last_error )";
constexpr int summary_width = 17;

constexpr auto from_both = R"(
    from lazaret.held_copy h
    join lazaret.held_mail m using (tenant_id, digest, expires) )";

// What stands on legal hold expires so much later; see schema/0001_tables.sql.
constexpr std::chrono::days legal_shift{2'000'000};
constexpr Day first_legal_day{std::chrono::year{5000} / 1 / 1};

HeldSummary summary_of(const pqxx::row& row)
{
    const auto reference = Reference::parse(text(row[0]));
    if (!reference)
        throw Error{Error::Kind::Bug, "database: a held copy has a reference that is none"};
    HeldSummary summary{.reference = *reference};
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
    summary.expires = day(row[11]);
    summary.legal_hold = summary.expires >= first_legal_day;
    if (summary.legal_hold) summary.expires -= legal_shift;
    summary.kept_after_refusal = value<bool>(row[12]);
    summary.size = value<std::uint64_t>(row[13]);
    summary.queue_id = text(row[14]);
    summary.attempts = value<int>(row[15]);
    summary.last_error = text(row[16]);
    return summary;
}

Digest digest_from(const pqxx::field& field)
{
    Digest digest;
    const auto raw = raw_bytes(field);
    std::copy_n(raw.begin(), std::min(raw.size(), digest.bytes.size()), digest.bytes.begin());
    return digest;
}

HeldDetails details_of(const pqxx::row& row)
{
    HeldDetails details{.summary = summary_of(row)};
    auto at = summary_width;
    const auto next = [&] { return row[at++]; };
    details.digest = digest_from(next());
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

// A recipient of the filter, as conditions on the copy: `$1` the accounts' addresses, `$2` the
// exact recipient where a tag was given, `$3` the end of the recipient for a whole domain.
struct Whose {
    std::optional<std::string> mailboxes;
    std::optional<std::string> exact;
    std::optional<std::string> ending;
};

Whose whose(const std::string& recipient)
{
    Whose answer;
    if (recipient.empty()) return answer;
    if (recipient.front() == '@') {
        answer.ending = ascii_lower(recipient);
        return answer;
    }
    const auto key = recipient_key(recipient);
    const auto address = parse_address(recipient);
    const auto untagged = address ? without_tag(*address).key() : key;
    answer.mailboxes = text_array({key, untagged});
    if (untagged != key) answer.exact = key;
    return answer;
}

}  // namespace

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
    const auto sql = std::string{summary_columns} + from_both + "where h.reference = $1";
    const auto rows = run(transaction, sql.c_str(), reference.text());
    if (rows.empty()) return std::nullopt;
    return summary_of(rows[0]);
}

std::vector<HeldSummary> Quarantine::list(const HeldFilter& filter)
{
    const auto who = whose(filter.recipient);
    const auto since =
        filter.since ? std::optional{std::to_string(micros(*filter.since))} : std::nullopt;
    const auto verdict =
        filter.verdict ? std::optional{std::string{token(*filter.verdict)}} : std::nullopt;
    const auto state =
        filter.state ? std::optional{std::string{token(*filter.state)}} : std::nullopt;
    const auto sql = std::string{summary_columns} + from_both + R"(
        where ($1::text[] is null or (h.tenant_id, h.account_id) in (
                   select a.tenant_id, a.account_id from lazaret.address a
                   where a.address = any ($1::text[])))
          and ($2::text is null or h.recipient_key = $2)
          and ($3::text is null or right(h.recipient_key, length($3)) = $3)
          and ($4::bigint is null or h.received >= lazaret.moment($4::bigint))
          and ($5::text is null or h.class = $5)
          and ($6::text is null or h.state = $6)
        order by h.received desc, h.reference limit $7)";
    return database_.session().transact("listing held mail", [&](pqxx::work& transaction) {
        std::vector<HeldSummary> all;
        const auto rows = run(transaction, sql.c_str(), who.mailboxes, who.exact, who.ending, since,
                              verdict, state, static_cast<std::int64_t>(filter.limit));
        for (const auto& row : rows) all.push_back(summary_of(row));
        return all;
    });
}

std::optional<HeldDetails> Quarantine::find(const Reference& reference)
{
    const auto sql = std::string{summary_columns} +
                     ", h.digest, m.client_ip, m.helo, m.from_address, m.list_id, m.eight_bit, "
                     "m.utf8, m.hits, h.explanation, m.preview, m.preview_images, "
                     "lazaret.micros(h.changed), h.changed_by" +
                     from_both + "where h.reference = $1";
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
            const auto sql = std::string{"select m.bytes "} + from_both + "where h.reference = $1";
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
            if (!may(actor.role, Deed::Export, copy->verdict))
                return because(DeedFault::NotAllowed);
            note_audit(transaction, copy->tenant, actor, "export", reference.text(),
                       copy->recipient);
            const auto sql = std::string{"select m.bytes "} + from_both + "where h.reference = $1";
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
        if (!may(actor.role, Deed::Delete, copy->verdict)) return because(DeedFault::NotAllowed);
        if (copy->legal_hold) return because(DeedFault::LegalHold);
        const auto rows = run(transaction,
                              "update lazaret.held_copy set state = 'deleted', "
                              "changed = lazaret.moment($2), changed_by = $3 "
                              "where reference = $1 and state = 'held' returning reference",
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
    }
    return "";
}

}  // namespace lazaret::store
