#include "quarantine-store/newsletters.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/likeness.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/list_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

constexpr int most_copies = 2'000;
constexpr int most_delivered = 500;

// What a copy needs to say which newsletter it is of, and what became of it.
HeldDetails copy_in(const pqxx::row& row, const Reference& reference)
{
    HeldDetails copy{.summary = {.reference = reference}};
    copy.summary.state = copy_state_of(text(row[1])).value_or(CopyState::Deleted);
    copy.summary.received = moment(row[2]);
    copy.summary.from = text(row[3]);
    copy.from_address = text(row[4]);
    copy.list_id = text(row[5]);
    copy.explanation = explanation_of(text(row[6]));
    return copy;
}

std::vector<HeldDetails> copies_of(pqxx::work& transaction, TenantId tenant, AccountId account)
{
    std::vector<HeldDetails> copies;
    const auto rows =
        run(transaction,
            "select h.reference, h.state, lazaret.micros(h.received), m.from_text, "
            "m.from_address, m.list_id, h.explanation "
            "from lazaret.held_copy h join lazaret.held_mail m using (tenant_id, digest, expires) "
            "where h.account_id = $1 and h.tenant_id = $2 and h.class = 'newsletter' "
            "and not h.kept_after_refusal order by h.received desc limit $3",
            account, tenant, most_copies);
    for (const auto& row : rows)
        if (const auto reference = Reference::parse(text(row[0])))
            copies.push_back(copy_in(row, *reference));
    return copies;
}

// Whether a newsletter has the proof that an entry asks for, as far as it is known here. A narrow
// entry counts from one network, and from which the next message comes nobody knows.
bool has_proof(const Newsletter& newsletter, const ListEntry& entry)
{
    if (entry.is_narrow()) return false;
    const auto kind = entry.proof.kind;
    const bool asks = entry.kind == ListKind::Allow ||
                      (kind != Proof::Kind::None &&
                       !(entry.kind == ListKind::Newsletter && kind == Proof::Kind::Any));
    return !asks || !newsletter.proved.empty();
}

// Whether an entry that names the sender of a newsletter counts for it now.
bool counts_for(const ListEntry& entry, const Newsletter& newsletter, Moment now)
{
    if (!entry.enabled || (entry.expires && *entry.expires < now)) return false;
    if (!entry.list_id.empty() && entry.list_id != newsletter.list_id) return false;
    return has_proof(newsletter, entry);
}

// The patterns that name the sender of a newsletter. Of one of which nothing came of late, those
// that name all that its entry does.
std::vector<std::string> patterns_of(const Newsletter& one)
{
    if (const auto from = parse_address(one.from_address)) return patterns_naming(*from);
    if (one.entries.empty()) return {};
    const auto& sender = one.entries.front().entry.sender;
    const bool is_address = sender.form == SenderPattern::Form::Address;
    const auto from = parse_address(is_address ? sender.text : "all@" + sender.text.substr(1));
    if (!from) return {};
    auto patterns = patterns_naming(*from);
    patterns.erase(patterns.begin(), std::ranges::find(patterns, sender.text));
    return patterns;
}

// `say(newsletter, entry)` with the first of many entries that counts for it.
template <class F>
void with_first(std::vector<Newsletter>& all, const std::vector<ListEntry>& entries, Moment now,
                F&& say)
{
    std::multimap<std::string_view, std::size_t> places;
    for (std::size_t at = 0; at < entries.size(); ++at) places.emplace(entries[at].sender.text, at);
    for (auto& one : all) {
        auto first = entries.size();
        for (const auto& pattern : patterns_of(one)) {
            const auto [begin, end] = places.equal_range(pattern);
            for (auto at = begin; at != end; ++at)
                if (at->second < first && counts_for(entries[at->second], one, now))
                    first = at->second;
        }
        if (first < entries.size()) say(one, entries[first]);
    }
}

void add_copy(Newsletter& one, const HeldDetails& copy)
{
    if (!one.newest) {
        one.from = copy.summary.from;
        one.list_id = copy.list_id;
        one.from_address = copy.from_address;
        one.proved = newsletter_domain(copy.explanation);
        one.newest = copy.summary.reference;
        one.last = copy.summary.received;
        one.can_be_ended = !copy.explanation.one_click.empty();
    }
    one.first = copy.summary.received;
    ++(copy.summary.state == CopyState::Held ? one.held : one.let_go);
}

// As newsletters that nothing is held of.
std::vector<Newsletter> delivered_to(pqxx::work& transaction, AccountId account,
                                     const std::string& session_token, Moment now)
{
    std::vector<Newsletter> all;
    const auto hash = hash_of_token(session_token);
    for (const auto& row :
         run(transaction,
             "select newsletter, from_line, from_address, list_id, proved, messages, "
             "lazaret.micros(first), lazaret.micros(last) "
             "from lazaret.newsletters_delivered($1, $2, $3, lazaret.moment($4))",
             Bytes{hash}, account, most_delivered, micros(now))) {
        auto& one = all.emplace_back();
        one.key = text(row[0]);
        one.from = text(row[1]);
        one.from_address = text(row[2]);
        one.list_id = text(row[3]);
        one.proved = text(row[4]);
        one.delivered = value<std::int64_t>(row[5]);
        one.first = moment(row[6]);
        one.last = moment(row[7]);
    }
    return all;
}

void add_delivered(Newsletter& one, const Newsletter& delivered)
{
    one.delivered = delivered.delivered;
    one.first = std::min(one.first, delivered.first);
    one.last = std::max(one.last, delivered.last);
}

Newsletter known_by_entry(const ListedEntry& listed)
{
    Newsletter one;
    one.from = listed.entry.list_id.empty() ? listed.entry.sender.text : listed.entry.list_id;
    one.list_id = listed.entry.list_id;
    if (listed.entry.proof.kind != Proof::Kind::Any) one.proved = listed.entry.proof.of;
    one.first = listed.created;
    one.last = listed.last_hit.value_or(listed.created);
    return one;
}

// What the entries of an account let come through. An owner may have thousands of them, and each is
// compared with the newsletters whose sender it names, not with all.
void add_entries(std::vector<Newsletter>& all, const std::vector<ListedEntry>& entries, Moment now)
{
    std::multimap<std::string, std::size_t> places;
    const auto place = [&](std::size_t at) {
        for (auto& pattern : patterns_of(all[at])) places.emplace(std::move(pattern), at);
    };
    for (std::size_t at = 0; at < all.size(); ++at) place(at);
    for (const auto& listed : entries) {
        const auto& entry = listed.entry;
        if (entry.kind != ListKind::Newsletter) continue;
        bool is_known = false;
        const auto [begin, end] = places.equal_range(entry.sender.text);
        for (auto at = begin; at != end; ++at) {
            auto& one = all[at->second];
            if (!counts_for(entry, one, now)) continue;
            is_known = true;
            one.entries.push_back(listed);
            one.accepted += listed.hits;
            if (listed.hits > 0) one.first = std::min(one.first, listed.created);
            if (listed.last_hit) one.last = std::max(one.last, *listed.last_hit);
        }
        const bool is_over = !entry.enabled || (entry.expires && *entry.expires < now);
        if (is_known || is_over) continue;
        auto one = known_by_entry(listed);
        one.accepted = listed.hits;
        one.entries.push_back(listed);
        all.push_back(std::move(one));
        place(all.size() - 1);
    }
}

// Entries of domains, tenant and site about any of these.
std::vector<ListEntry> entries_above(pqxx::work& transaction, TenantId tenant, AccountId account,
                                     const std::vector<Newsletter>& all)
{
    std::vector<std::string> senders;
    for (const auto& one : all)
        for (auto& pattern : patterns_of(one)) senders.push_back(std::move(pattern));
    const auto sql = statement_of(
        {entry_columns,
         "and e.kind in ('allow', 'deny', 'newsletter') and e.sender = any ($1::text[]) and "
         "(e.owner in ('site', 'tenant:' || $2) or e.owner in (select 'domain:' || "
         "split_part(a.address, '@', -1) from lazaret.address a where a.tenant_id = $2::int and "
         "a.account_id = $3))"});
    std::vector<ListEntry> entries;
    for (const auto& row :
         run(transaction, sql.c_str(), text_array(senders), std::to_string(tenant), account))
        entries.push_back(listed_entry(row).entry);
    return entries;
}

bool is_of_account(const ListEntry& entry)
{
    return entry.owner.level == Level::Account || entry.owner.level == Level::Address;
}

// As the filter asks lists: the nearest entry that denies or allows decides, on one level the one
// that denies, and what accepts a newsletter is asked only then.
void add_decisions(std::vector<Newsletter>& all, const std::vector<ListEntry>& entries, Moment now)
{
    std::vector<ListEntry> deciding;
    std::vector<ListEntry> accepting_above;
    for (const auto& entry : entries) {
        if (entry.kind == ListKind::Deny || entry.kind == ListKind::Allow)
            deciding.push_back(entry);
        if (entry.kind == ListKind::Newsletter && !is_of_account(entry))
            accepting_above.push_back(entry);
    }
    std::ranges::stable_sort(deciding, std::greater{}, [](const ListEntry& entry) {
        return std::pair{entry.owner.level, entry.kind == ListKind::Deny};
    });
    with_first(all, deciding, now, [](auto& one, const auto& entry) {
        if (entry.kind != ListKind::Deny) return;
        (is_of_account(entry) ? one.is_blocked : one.is_blocked_above) = true;
    });
    with_first(all, accepting_above, now,
               [](auto& one, const auto&) { one.is_accepted_above = true; });
}

void add_unsubscriptions(pqxx::work& transaction, TenantId tenant, AccountId account,
                         std::vector<Newsletter>& all)
{
    std::map<std::string, Unsubscription> last;
    for (const auto& row : run(transaction,
                               "select distinct on (newsletter) newsletter, host, "
                               "lazaret.micros(asked), coalesce(status, 0), trouble "
                               "from lazaret.unsubscription where tenant_id = $1 "
                               "and account_id = $2 order by newsletter, asked desc",
                               tenant, account)) {
        Unsubscription one{text(row[1]), moment(row[2]), {}, text(row[4])};
        if (const auto status = value<int>(row[3]); status != 0) one.status = status;
        last.emplace(text(row[0]), std::move(one));
    }
    for (auto& one : all)
        if (const auto found = last.find(one.key); found != last.end()) one.asked = found->second;
}

}  // namespace

std::string newsletter_domain(const Explanation& explanation)
{
    const auto proof = newsletter_proof(explanation);
    return proof ? proof->of : std::string{};
}

std::string newsletter_key(const std::string& list_id, const std::string& from_address,
                           const Explanation& explanation)
{
    const auto from = parse_address(from_address);
    const bool by_list = from && !list_id.empty();
    return (by_list ? list_id + '\n' + from->domain : from_address) + '\n' +
           newsletter_domain(explanation);
}

std::string newsletter_key(const HeldDetails& copy)
{
    return newsletter_key(copy.list_id, copy.from_address, copy.explanation);
}

std::vector<Newsletter> newsletters_of(Database& database, TenantId tenant, AccountId account,
                                       Moment now)
{
    return newsletters_of(database, tenant, account, std::string{}, now);
}

std::vector<Newsletter> newsletters_of(Database& database, TenantId tenant, AccountId account,
                                       const std::string& session_token, Moment now)
{
    std::vector<Newsletter> all;
    std::map<std::string, std::size_t> places;
    database.session().transact("looking at newsletters", [&](pqxx::work& transaction) {
        for (const auto& copy : copies_of(transaction, tenant, account)) {
            const auto key = newsletter_key(copy);
            const auto [place, is_new] = places.emplace(key, all.size());
            if (is_new) all.emplace_back().key = key;
            add_copy(all[place->second], copy);
        }
        if (!session_token.empty())
            for (auto& one : delivered_to(transaction, account, session_token, now)) {
                const auto [place, is_new] = places.emplace(one.key, all.size());
                if (is_new) all.push_back(std::move(one));
                else add_delivered(all[place->second], one);
            }
        add_unsubscriptions(transaction, tenant, account, all);
    });
    const auto own = Directory{database}.entries_of_account(tenant, account);
    add_entries(all, own, now);
    std::vector<ListEntry> entries;
    for (const auto& listed : own) entries.push_back(listed.entry);
    database.session().transact("asking lists about newsletters", [&](pqxx::work& transaction) {
        for (auto& entry : entries_above(transaction, tenant, account, all))
            entries.push_back(std::move(entry));
    });
    add_decisions(all, entries, now);
    std::ranges::stable_sort(all, std::greater{}, &Newsletter::last);
    return all;
}

HeldChoice held_of_newsletter(Database& database, const HeldDetails& copy)
{
    HeldChoice held{.tenant = copy.summary.tenant};
    const auto key = newsletter_key(copy);
    database.session().transact("looking at a newsletter", [&](pqxx::work& transaction) {
        const auto rows = run(transaction,
                              "select account_id from lazaret.address where tenant_id = $1 "
                              "and address = $2",
                              copy.summary.tenant, copy.summary.mailbox);
        if (rows.empty()) return;
        held.account = value<AccountId>(rows[0][0]);
        for (const auto& one : copies_of(transaction, held.tenant, held.account))
            if (one.summary.state == CopyState::Held && newsletter_key(one) == key)
                held.copies.push_back(one.summary.reference);
    });
    return held;
}

bool is_being_asked(Database& database, const HeldDetails& copy, AccountId account)
{
    auto& session = database.session();
    return session.transact("looking at an unsubscription", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select exists (select from lazaret.unsubscription "
                               "where tenant_id = $1 and account_id = $2 and newsletter = $3 "
                               "and status is null and trouble = '' "
                               "and asked > lazaret.moment($4) - interval '1 minute')",
                               copy.summary.tenant, account, valid_utf8(newsletter_key(copy)),
                               micros(session.now()))[0][0]);
    });
}

Result<std::int64_t, NotAsked> begin_unsubscription(Database& database, const HeldDetails& copy,
                                                    AccountId account, const std::string& host,
                                                    const Actor& actor)
{
    using Answer = Result<std::int64_t, NotAsked>;
    auto& session = database.session();
    return session.transact("noting an unsubscription", [&](pqxx::work& transaction) -> Answer {
        const auto rows =
            run(transaction,
                "select lazaret.begin_unsubscription($1, $2, $3, $4, $5, $6, $7, $8, "
                "lazaret.moment($9))",
                copy.summary.tenant, account, copy.summary.reference.text(),
                valid_utf8(newsletter_key(copy)), valid_utf8(host), most_unsubscriptions,
                valid_utf8(actor.name), valid_utf8(actor.from), micros(session.now()));
        if (rows[0][0].is_null()) return because(NotAsked::TooOften);
        const auto id = value<std::int64_t>(rows[0][0]);
        if (id == 0) return because(NotAsked::Gone);
        return id;
    });
}

void end_unsubscription(Database& database, const HeldDetails& copy, std::int64_t id, int status,
                        const std::string& trouble, const Actor& actor)
{
    database.session().transact("noting an answer", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.end_unsubscription($1, $2, $3, $4, $5, $6, $7)",
            copy.summary.tenant, id, copy.summary.reference.text(), status, valid_utf8(trouble),
            valid_utf8(actor.name), valid_utf8(actor.from));
    });
}

}  // namespace lazaret::store
