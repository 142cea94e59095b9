#include "quarantine-store/trace.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/passage_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {

Passage passage_of(const pqxx::row& row)
{
    Passage passage;
    passage.when = moment(row[0]);
    passage.tenant = value<TenantId>(row[1]);
    passage.mailbox = text(row[2]);
    passage.queue_id = text(row[3]);
    passage.sender = text(row[4]);
    passage.client_ip = text(row[5]);
    passage.verdict = class_of(text(row[6])).value_or(Class::Clean);
    passage.action = action_of(text(row[7])).value_or(Action::Deliver);
    passage.score = value<double>(row[8]);
    passage.reference = text(row[9]);
    passage.hits = hits_of(text(row[10]));
    passage.explanation = explanation_of(text(row[11]));
    return passage;
}

std::vector<Refusal> Trace::refusals(const Reference& reference)
{
    return database_.session().transact("looking for a refusal", [&](pqxx::work& transaction) {
        std::vector<Refusal> all;
        const auto sql = statement_of(
            {passage_columns, "from lazaret.refusal where reference = $1 order by at, mailbox"});
        const auto rows = run(transaction, sql.c_str(), reference.text());
        for (const auto& row : rows) {
            auto passage = passage_of(row);
            all.push_back({passage.when, passage.tenant, std::move(passage.reference),
                           std::move(passage.mailbox), std::move(passage.sender),
                           std::move(passage.client_ip), std::move(passage.queue_id),
                           passage.verdict, passage.action, passage.score, std::move(passage.hits),
                           std::move(passage.explanation)});
        }
        return all;
    });
}

std::vector<Passage> Trace::passages(const std::string& address, std::optional<Moment> since,
                                     std::size_t limit)
{
    const auto from = micros(since.value_or(Moment{}));
    return database_.session().transact("tracing", [&](pqxx::work& transaction) {
        std::vector<Passage> all;
        const auto sql = statement_of(
            {passage_columns,
             "from lazaret.passages_of($1::text[], $2, lazaret.moment($3), $4, null)"});
        for (const auto& row : run(transaction, sql.c_str(), mailboxes_of(address),
                                   recipient_key(address), from, static_cast<int>(limit)))
            all.push_back(passage_of(row));
        return all;
    });
}

std::vector<CounterRow> Trace::counters(Day since, const std::string& mailbox,
                                        std::optional<TenantId> tenant)
{
    // By the whole of the primary key, where that is known.
    const std::string whose_rows = tenant && !mailbox.empty() && !mailbox.starts_with('@')
                                       ? "mailbox = any ($4::text[]) "
                                       : "($2::text is null or mailbox = any ($4::text[])) ";
    const auto of_tenant = tenant ? fmt::format("and tenant_id = {} ", *tenant) : std::string{};
    std::optional<std::string> whose;
    std::optional<std::string> ending;  // of all mailboxes of a domain
    if (mailbox.starts_with('@')) ending = ascii_lower(mailbox);
    else if (!mailbox.empty()) whose = recipient_key(mailbox);
    const auto mailboxes = mailboxes_of(mailbox);
    return database_.session().transact("counting", [&](pqxx::work& transaction) {
        std::vector<CounterRow> all;
        const auto statement = statement_of(
            {"select day - date '1970-01-01', tenant_id, coalesce($2, ''), class, "
             "action, sum(messages)::bigint from lazaret.counter where day >= $1::date and ",
             whose_rows, of_tenant,
             "and ($3::text is null or right(mailbox, length($3)) = $3) "
             "group by day, tenant_id, class, action order by 1, 2, 4, 5"});
        const auto rows =
            run(transaction, statement.c_str(), day_text(since), whose, ending, mailboxes);
        for (const auto& row : rows)
            all.push_back({day(row[0]), value<TenantId>(row[1]), text(row[2]),
                           class_of(text(row[3])).value_or(Class::Clean),
                           action_of(text(row[4])).value_or(Action::Deliver),
                           value<std::int64_t>(row[5])});
        return all;
    });
}

std::vector<AuditRow> Trace::audit(const std::string& subject, std::size_t limit)
{
    return database_.session().transact("reading the audit", [&](pqxx::work& transaction) {
        std::vector<AuditRow> all;
        const auto rows =
            run(transaction,
                "select lazaret.micros(at), tenant_id, who, from_where, what, "
                "subject, detail from lazaret.audit "
                "where $1 = '' or subject = $1 order by at desc, audit_id desc limit $2",
                valid_utf8(subject), static_cast<std::int64_t>(limit));
        for (const auto& row : rows)
            all.push_back({moment(row[0]), value<TenantId>(row[1]), text(row[2]), text(row[3]),
                           text(row[4]), text(row[5]), text(row[6])});
        return all;
    });
}

}  // namespace lazaret::store
