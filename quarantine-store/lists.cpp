#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/list_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

// The part of Directory that keeps allow, deny, newsletter and warn lists.

namespace lazaret::store {
namespace {

std::string shown(const Owner& owner, const std::string& addresses)
{
    switch (owner.level) {
        case Level::Site: return "*";
        case Level::Domain: return "@" + owner.name;
        case Level::Account: return addresses.empty() ? owner.text() : addresses;
        case Level::Tenant: return owner.text();
        case Level::Address: return owner.name;
    }
    return "";
}

}  // namespace

ListedEntry listed_entry(const pqxx::row& row)
{
    ListedEntry listed;
    auto& entry = listed.entry;
    entry.id = value<std::int64_t>(row[0]);
    entry.tenant = value<TenantId>(row[1]);
    entry.owner = owner_of(text(row[2])).value_or(Owner::site());
    entry.kind = list_kind_of(text(row[3])).value_or(ListKind::Deny);
    entry.sender = parse_sender_pattern(text(row[4])).value_or(SenderPattern{});
    entry.list_id = text(row[5]);
    entry.proof = proof_of(text(row[6])).value_or(Proof::any());
    entry.expires = maybe_moment(row[7]);
    entry.enabled = value<bool>(row[8]);
    listed.comment = text(row[9]);
    listed.origin = text(row[10]);
    listed.created_by = text(row[11]);
    listed.created = moment(row[12]);
    listed.hits = value<std::int64_t>(row[13]);
    listed.last_hit = maybe_moment(row[14]);
    listed.owner_name = shown(entry.owner, text(row[15]));
    return listed;
}

namespace {

// The account that an owner of level Address stands for, if one counts for it.
std::optional<Owner> entry_owner(pqxx::work& transaction, const Owner& owner)
{
    if (owner.level != Level::Address) return owner;
    const auto address = parse_address(owner.name);
    if (!address) return std::nullopt;
    const auto account = policy_for(policy_about(transaction, *address), *address).account;
    if (!account) return std::nullopt;
    return Owner::account(*account);
}

Result<Owner, DirectoryFault> entry_owner_made(pqxx::work& transaction, const NewEntry& entry,
                                               TenantId tenant)
{
    const auto& owner = entry.owner;
    if (owner.level != Level::Address) return owner;
    const auto address = parse_address(owner.name);
    if (!address) return because(DirectoryFault::NotProtected);
    if (entry.only_address) return Owner::address(mailbox_of(transaction, *address));
    return Owner::account(value<AccountId>(run(transaction, "select lazaret.account_of($1, $2)",
                                               tenant, mailbox_of(transaction, *address))[0][0]));
}

// Whose entries count for an owner as its own.
std::vector<std::string> owners_asked(pqxx::work& transaction, const Owner& owner)
{
    if (owner.level != Level::Address) return {owner.text()};
    std::vector<std::string> all;
    if (const auto address = parse_address(owner.name))
        all.push_back(Owner::address(mailbox_of(transaction, *address)).text());
    if (const auto account = entry_owner(transaction, owner)) all.push_back(account->text());
    return all;
}

// Why the entry cannot be; and when it ends.
Result<std::optional<Moment>, DirectoryFault> end_of(const NewEntry& entry, Moment now)
{
    if (!entry.is_narrow()) return entry.expires;
    if (entry.kind != ListKind::Allow || entry.sender.form != SenderPattern::Form::Address)
        return because(DirectoryFault::TooWide);
    const auto expires = entry.expires.value_or(now + usual_unproven_life);
    if (expires > now + longest_unproven_life) return because(DirectoryFault::TooLong);
    return std::optional{expires};
}

Proof proof_asked(const NewEntry& entry)
{
    const bool asks = entry.kind == ListKind::Allow || entry.kind == ListKind::Newsletter;
    return entry.proof.value_or(asks ? Proof::any() : Proof::none());
}

// The entry that counts already and that is left as it is; see add_entry().
std::optional<std::int64_t> left_alone(pqxx::work& transaction, TenantId tenant, const Owner& owner,
                                       const NewEntry& entry, Moment now)
{
    const bool is_by_link = entry.origin == made_by_link;
    const auto rows =
        run(transaction,
            "select entry_id from lazaret.list_entry where tenant_id = $1 and owner = $2 "
            "and kind = $3 and sender = $4 and list_id = $5 and enabled "
            "and (origin not in ($6, $9) or ($8 and proof not like 'network=%') "
            // A link has nothing to add to what its owner made himself.
            "or ($10 and origin = $9 and proof in ($11, 'any'))) "
            "and not gone and (expires is null or expires >= lazaret.moment($7))",
            tenant, owner.text(), token(entry.kind), entry.sender.text, valid_utf8(entry.list_id),
            made_by_link, micros(now), entry.is_narrow() && is_by_link, made_in_account, is_by_link,
            proof_asked(entry).text());
    if (rows.empty()) return std::nullopt;
    return value<std::int64_t>(rows[0][0]);
}

std::int64_t upsert(pqxx::work& transaction, TenantId tenant, const Owner& owner,
                    const NewEntry& entry, const std::optional<Moment>& end, const Actor& actor,
                    Moment now)
{
    const auto expires = end ? std::optional{std::to_string(micros(*end))} : std::nullopt;
    // What did not count until now, and what a link changed, is news to its owner: his report tells
    // it.
    constexpr auto is_new =
        "(e.gone or not e.enabled or e.expires < lazaret.moment($11) "
        "or (excluded.origin = $12 and e.origin <> $12))";
    const auto sql = fmt::format(
        "insert into lazaret.list_entry as e (tenant_id, owner, kind, sender, list_id, proof, "
        "expires, comment, origin, created_by) "
        "values ($1, $2, $3, $4, $5, $6, lazaret.moment($7::bigint), $8, $9, $10) "
        "on conflict (tenant_id, owner, kind, sender, list_id) do update set "
        "proof = excluded.proof, expires = excluded.expires, comment = excluded.comment, "
        "origin = excluded.origin, enabled = true, gone = false, "
        "created_by = case when {0} then excluded.created_by else e.created_by end, "
        "created = case when {0} then now() else e.created end, "
        "hits = case when e.gone then 0 else e.hits end, "
        "last_hit = case when e.gone then null else e.last_hit end "
        "returning entry_id",
        is_new);
    const auto rows = run(transaction, sql.c_str(), tenant, owner.text(), token(entry.kind),
                          entry.sender.text, valid_utf8(entry.list_id), proof_asked(entry).text(),
                          expires, valid_utf8(entry.comment), valid_utf8(entry.origin),
                          valid_utf8(actor.name), micros(now), made_by_link);
    return value<std::int64_t>(rows[0][0]);
}

// The account with all its addresses.
constexpr auto owners_of_account =
    "e.owner = any (array(select 'account:' || $2 union all select 'address:' || a.address "
    "from lazaret.address a where a.tenant_id = $1 and a.account_id = $2::bigint)) ";

// Beside this very entry: to press again, or to renew it, makes no more of them.
bool has_all_he_may(pqxx::work& transaction, TenantId tenant, const Owner& owner,
                    const NewEntry& entry)
{
    auto account = owner.name;
    if (owner.level == Level::Address) {
        const auto rows = run(transaction,
                              "select account_id from lazaret.address where tenant_id = $1 and "
                              "address = $2",
                              tenant, owner.name);
        if (rows.empty()) return false;
        account = text(rows[0][0]);
    }
    const auto sql =
        statement_of({"select count(*) from lazaret.list_entry e where "
                      "e.tenant_id = $1 and not e.gone and ",
                      owners_of_account,
                      "and not (e.owner = $3 and e.kind = $4 and e.sender = $5 and "
                      "e.list_id = $6)"});
    const auto others = run(transaction, sql.c_str(), tenant, account, owner.text(),
                            token(entry.kind), entry.sender.text, valid_utf8(entry.list_id));
    return value<std::int64_t>(others[0][0]) >= most_own_entries;
}

// Who blocks a sender says that the message is spam which he blocks him for.
void say_blocked(pqxx::work& transaction, const NewEntry& entry, std::int64_t id,
                 const Actor& actor, Moment now)
{
    if (entry.kind != ListKind::Deny || !entry.copy || !actor.speaks_for_owner) return;
    run(transaction,
        "select lazaret.say_of_copies(array[$1]::text[], 'spam', 'block', $2, "
        "lazaret.moment($3))",
        entry.copy->text(), id, micros(now));
}

// An entry that no longer counts takes back what was said with it.
void unsay_blocked(pqxx::work& transaction, std::int64_t id, Moment now)
{
    run(transaction, "select lazaret.unsay_block($1, lazaret.moment($2))", id, micros(now));
}

// One entry, under the lock of changes.
Result<ListedEntry, DirectoryFault> added(pqxx::work& transaction, const NewEntry& entry,
                                          const Actor& actor, Moment now)
{
    const auto end = end_of(entry, now);
    if (!end) return because(end.error());
    const auto tenant = tenant_of(transaction, entry.owner);
    if (!tenant)
        return because(entry.owner.level == Level::Tenant ? DirectoryFault::NoTenant
                                                          : DirectoryFault::NotProtected);
    if (entry.tenant && *entry.tenant != *tenant) return because(DirectoryFault::Elsewhere);
    const auto owner = entry_owner_made(transaction, entry, *tenant);
    if (!owner) return because(owner.error());
    // An account may stand under the tenant that its domain had before.
    const auto home = tenant_of(transaction, *owner).value_or(*tenant);
    const auto sql = statement_of({entry_columns, "and e.entry_id = $1"});
    if (is_made_by_owner(entry.origin))
        if (const auto there = left_alone(transaction, home, *owner, entry, now)) {
            say_blocked(transaction, entry, *there, actor, now);
            return listed_entry(run(transaction, sql.c_str(), *there)[0]);
        }
    if (is_made_by_owner(entry.origin) && has_all_he_may(transaction, home, *owner, entry))
        return because(DirectoryFault::TooMany);
    if (owner->level == Level::Account)
        run(transaction, "select lazaret.publish_account($1, $2::bigint)", home, owner->name);
    const auto id = upsert(transaction, home, *owner, entry, *end, actor, now);
    note_audit(transaction, home, actor, "list add", owner->text(),
               std::string{token(entry.kind)} + ' ' + entry.sender.text);
    say_blocked(transaction, entry, id, actor, now);
    return listed_entry(run(transaction, sql.c_str(), id)[0]);
}

}  // namespace

Result<ListedEntry, DirectoryFault> Directory::add_entry(const NewEntry& entry, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact("adding a list entry", [&](pqxx::work& transaction) {
        lock_changes(transaction);
        return added(transaction, entry, actor, session.now());
    });
}

EntriesMade Directory::add_entries(std::span<const NewEntry> entries, const Actor& actor)
{
    constexpr std::size_t at_once = 100;  // the lock is everybody's
    auto& session = database_.session();
    EntriesMade all;
    while (!entries.empty()) {
        const auto part = entries.first(std::min(at_once, entries.size()));
        entries = entries.subspan(part.size());
        const auto some = session.transact("adding list entries", [&](pqxx::work& transaction) {
            lock_changes(transaction);
            EntriesMade made;
            for (const auto& entry : part) {
                const auto one = added(transaction, entry, actor, session.now());
                if (one) ++made.standing;
                else if (one.error() == DirectoryFault::TooMany) ++made.too_many;
            }
            return made;
        });
        all.standing += some.standing;
        all.too_many += some.too_many;
    }
    return all;
}

std::vector<ListedEntry> Directory::entries(const std::optional<Owner>& owner,
                                            std::optional<ListKind> kind)
{
    return database_.session().transact("reading lists", [&](pqxx::work& transaction) {
        std::vector<ListedEntry> all;
        const auto owners =
            owner ? std::optional{text_array(owners_asked(transaction, *owner))} : std::nullopt;
        const auto kind_text = kind ? std::optional{std::string{token(*kind)}} : std::nullopt;
        const auto sql = statement_of({entry_columns,
                                       "and ($1::text[] is null or e.owner = any ($1::text[])) "
                                       "and ($2::text is null or e.kind = $2) "
                                       "order by e.owner, e.kind, e.sender, e.entry_id"});
        const auto rows = run(transaction, sql.c_str(), owners, kind_text);
        for (const auto& row : rows) all.push_back(listed_entry(row));
        return all;
    });
}

std::vector<ListedEntry> Directory::entries_of_account(TenantId tenant, AccountId account)
{
    return database_.session().transact("reading lists", [&](pqxx::work& transaction) {
        const auto sql =
            statement_of({entry_columns, "and e.tenant_id = $1 and ", owners_of_account,
                          "order by e.owner, e.kind, e.sender, e.entry_id"});
        std::vector<ListedEntry> all;
        for (const auto& row : run(transaction, sql.c_str(), tenant, std::to_string(account)))
            all.push_back(listed_entry(row));
        return all;
    });
}

std::size_t Directory::remove_entries(const Owner& owner, ListKind kind,
                                      const SenderPattern& sender, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact("removing list entries", [&](pqxx::work& transaction) {
        const auto gone =
            run(transaction,
                "update lazaret.list_entry set gone = true where "
                "owner = any ($1::text[]) and kind = $2 and sender = $3 and not gone "
                "returning tenant_id, entry_id, owner",
                text_array(owners_asked(transaction, owner)), token(kind), sender.text);
        std::size_t count = 0;
        for (const auto& row : gone) {
            note_audit(transaction, value<TenantId>(row[0]), actor, "list remove", text(row[2]),
                       std::string{token(kind)} + ' ' + sender.text);
            unsay_blocked(transaction, value<std::int64_t>(row[1]), session.now());
            ++count;
        }
        return count;
    });
}

bool Directory::remove_entry(std::int64_t id, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact("removing a list entry", [&](pqxx::work& transaction) {
        const auto gone = run(transaction,
                              "update lazaret.list_entry set gone = true where entry_id = $1 and "
                              "not gone returning tenant_id, owner, kind || ' ' || sender",
                              id);
        if (gone.empty()) return false;
        note_audit(transaction, value<TenantId>(gone[0][0]), actor, "list remove", text(gone[0][1]),
                   text(gone[0][2]));
        unsay_blocked(transaction, id, session.now());
        return true;
    });
}

bool Directory::enable_entry(std::int64_t id, bool enabled, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact("changing a list entry", [&](pqxx::work& transaction) {
        const auto rows = run(transaction,
                              "update lazaret.list_entry set enabled = $2 where entry_id = $1 and "
                              "not gone returning tenant_id, owner, kind || ' ' || sender",
                              id, enabled);
        if (rows.empty()) return false;
        note_audit(transaction, value<TenantId>(rows[0][0]), actor,
                   enabled ? "list enable" : "list disable", text(rows[0][1]), text(rows[0][2]));
        if (!enabled) unsay_blocked(transaction, id, session.now());
        return true;
    });
}

}  // namespace lazaret::store
