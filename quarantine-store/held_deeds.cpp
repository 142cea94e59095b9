#include "quarantine-store/held_deeds.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/release_steps.hpp"
#include "quarantine-store/standing.hpp"
#include "quarantine-store/vote_steps.hpp"

namespace lazaret::store {
namespace {

// So many in one transaction: no row is locked for longer than a moment.
constexpr std::size_t at_once = 500;

// Whose copies: account and tenant are $2 and $3 of the statement.
std::string_view whose(const HeldChoice& choice)
{
    return choice.is_of_all_others ? "account_id <> $2 and $3 in (0, tenant_id) "
                                   : "account_id = $2 and tenant_id = $3 ";
}

// The classes of copies that the deed may be done to as part of another: the same table as for one.
std::string classes_for(Role role, Deed deed, Deed as)
{
    std::vector<std::string> tokens;
    for (const auto& one : all_classes())
        if (may(role, deed, one.id) && may(role, as, one.id)) tokens.emplace_back(one.token);
    return text_array(tokens);
}

template <class F>
void in_parts(const HeldChoice& choice, F&& work)
{
    const std::span all{choice.copies};
    for (std::size_t at = 0; at < all.size(); at += at_once)
        work(all.subspan(at, std::min(at_once, all.size() - at)));
}

// Changes the state of those that `condition` allows, and writes the audit in the same statement.
// @param says  called with those that were changed, in their transaction.
template <class F>
std::vector<Reference> change_many(Database& database, const HeldChoice& choice,
                                   const std::string& classes, const Actor& actor,
                                   std::string_view what, std::string_view change,
                                   std::string_view condition, F&& says)
{
    const auto sql = statement_of(
        {"with done as (update lazaret.held_copy set ", change,
         ", changed = lazaret.moment($4), changed_by = $5 "
         "where reference = any ($1::text[]) and ",
         whose(choice),
         "and class = any ($6::text[]) and not (kept_after_refusal and $7 = 'recipient') and (",
         condition,
         ") returning reference, tenant_id, recipient), "
         "noted as (insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail) "
         "select tenant_id, $5, $8, $9, reference, recipient from done) "
         "select reference from done"});
    auto& session = database.session();
    const std::string role = actor.role == Role::Recipient ? "recipient" : "administrator";
    std::vector<Reference> done;
    in_parts(choice, [&](std::span<const Reference> part) {
        const auto some = session.transact("acting on many", [&](pqxx::work& transaction) {
            const auto rows = run(transaction, sql.c_str(), reference_array(part), choice.account,
                                  choice.tenant, micros(session.now()), valid_utf8(actor.name),
                                  classes, role, valid_utf8(actor.from), what);
            std::vector<Reference> changed;
            for (const auto& row : rows)
                if (const auto one = Reference::parse(text(row[0]))) changed.push_back(*one);
            says(transaction, changed);
            return changed;
        });
        done.insert(done.end(), some.begin(), some.end());
    });
    return done;
}

}  // namespace

bool is_open_to(Role role, Deed deed, const HeldSummary& copy)
{
    if (!may(role, deed, copy)) return false;
    const bool is_held = copy.state == CopyState::Held;
    const bool failed = copy.state == CopyState::Releasing && !copy.last_error.empty();
    if (deed == Deed::Release || deed == Deed::Allow || deed == Deed::AcceptNewsletter)
        return is_held;
    if (deed == Deed::Delete) return (is_held || failed) && !copy.legal_hold;
    return true;
}

std::vector<ChosenKind> kinds_of(Database& database, const HeldChoice& choice)
{
    const auto sql =
        statement_of({"select class, state, kept_after_refusal, expires >= date '5000-01-01', "
                      "last_error <> '', count(*) from lazaret.held_copy where reference = any "
                      "($1::text[]) and ",
                      whose(choice), "group by 1, 2, 3, 4, 5"});
    std::vector<ChosenKind> kinds;
    in_parts(choice, [&](std::span<const Reference> part) {
        database.session().transact("looking at many", [&](pqxx::work& transaction) {
            const auto rows =
                run(transaction, sql.c_str(), reference_array(part), choice.account, choice.tenant);
            for (const auto& row : rows) {
                ChosenKind kind{.like = {.reference = part.front()}};
                kind.like.verdict = class_of(text(row[0])).value_or(Class::Dangerous);
                kind.like.state = copy_state_of(text(row[1])).value_or(CopyState::Held);
                kind.like.kept_after_refusal = value<bool>(row[2]);
                kind.like.legal_hold = value<bool>(row[3]);
                if (value<bool>(row[4])) kind.like.last_error = "failed";
                kind.count = static_cast<std::size_t>(value<std::int64_t>(row[5]));
                kinds.push_back(std::move(kind));
            }
        });
    });
    return kinds;
}

std::vector<Reference> delete_many(Database& database, const HeldChoice& choice, const Actor& actor)
{
    return change_many(database, choice, classes_for(actor.role, Deed::Delete, Deed::Delete), actor,
                       "delete", "state = 'deleted'",
                       "expires < date '5000-01-01' and (state = 'held' or "
                       "(state = 'releasing' and last_error <> ''))",
                       [](pqxx::work&, const std::vector<Reference>&) {});
}

std::vector<Reference> begin_releases(Database& database, const HeldChoice& choice,
                                      const Actor& actor, Deed as)
{
    return change_many(
        database, choice, classes_for(actor.role, Deed::Release, as), actor, "release",
        statement_of({"state = 'releasing', doubts = 0, last_error = '", not_tried_yet, "'"}),
        statement_of({"(state = 'held' or (state = 'releasing' and last_error not in ('', '",
                      not_tried_yet, "'))) and", is_still_his}),
        [&](pqxx::work& transaction, const std::vector<Reference>& begun) {
            say_wanted(transaction, begun, actor, as, database.session().now());
        });
}

std::vector<HeldDetails> senders_of(Database& database, const HeldChoice& choice)
{
    std::vector<HeldDetails> all;
    in_parts(choice, [&](std::span<const Reference> part) {
        database.session().transact("reading senders", [&](pqxx::work& transaction) {
            const auto rows =
                run(transaction,
                    "select distinct on (h.state, h.class, m.from_address, m.list_id, h.sender, "
                    "h.mailbox) h.reference, h.tenant_id, h.mailbox, h.sender, h.class, "
                    "h.client_ip, m.from_address, m.list_id, h.explanation, h.state "
                    "from lazaret.held_copy h "
                    "join lazaret.held_mail m using (tenant_id, digest, expires) "
                    "where h.reference = any ($1::text[]) and h.account_id = $2 "
                    "and h.tenant_id = $3 and not h.kept_after_refusal "
                    "order by h.state, h.class, m.from_address, m.list_id, h.sender, h.mailbox, "
                    "h.received desc",
                    reference_array(part), choice.account, choice.tenant);
            for (const auto& row : rows) {
                const auto reference = Reference::parse(text(row[0]));
                if (!reference) continue;
                HeldDetails copy{.summary = {.reference = *reference}};
                copy.summary.tenant = value<TenantId>(row[1]);
                copy.summary.mailbox = text(row[2]);
                copy.summary.sender = text(row[3]);
                copy.summary.verdict = class_of(text(row[4])).value_or(Class::Dangerous);
                copy.client_ip = text(row[5]);
                copy.from_address = text(row[6]);
                copy.list_id = text(row[7]);
                copy.explanation = explanation_of(text(row[8]));
                copy.summary.state = copy_state_of(text(row[9])).value_or(CopyState::Held);
                all.push_back(std::move(copy));
            }
        });
    });
    return all;
}

}  // namespace lazaret::store
