#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/html/shown_text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/list_csv.hpp"
#include "portal/account/list_form.hpp"
#include "portal/account/list_rows.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/visit.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/tenant_lists.hpp"
#include "quarantine-store/trespass.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_lines = 200;  // read at once from a table

std::vector<store::ListedEntry> entries_of(store::Database& database, const Visit& visit)
{
    if (visit.realm)
        return store::TenantLists{database, visit.realm->session_token}.entries(visit.tenant);
    return store::Directory{database}.entries_of_account(visit.tenant, visit.account);
}

std::string title_of(const Words& words, const Visit& visit)
{
    switch (visit.whose()) {
        case Whose::Own: break;
        case Whose::Host: return words("Lists");
        case Whose::Realm:
            return visit.realm->realm.is_site()
                       ? words("Lists of all of the site")
                       : words("Lists of {tenant}",
                               {{"tenant", shown_line(visit.realm->realm.name, longest_shown)}});
    }
    return words("Your lists");
}

void add_table(Fill& fill, const Site& site, const Words& words)
{
    auto& table = fill.add("TABLE");
    table.set("L_TABLE", words("Lists as a table"));
    table.set("EXPORT", site.prefix + "/account/lists.csv");
    table.set("L_EXPORT", words("Download all entries (CSV)"));
    table.set("IMPORT", site.prefix + "/account/lists/import");
    table.set("L_IMPORT", words("Entries to add, one a line: kind,sender,list_id,until,comment,"
                                "address, or senders alone. Up to {count} lines.",
                                {{"count", std::to_string(most_lines)}}));
    table.set("L_IMPORT_BUTTON", words("Add these entries"));
}

Response lists_page(const Site& site, store::Database& database, const Visit& visit,
                    const ListSaid& said)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, visit, AccountPage::Lists, title_of(words, visit));
    if (visit.realm)
        fill.add("ABOUT").set("TEXT", words("These entries count for everybody here. What somebody "
                                            "has on his own lists counts before them."));
    add_list_parts(fill, site, words, visit, entries_of(database, visit));
    add_list_form(fill, site, words, visit, said, owners_of(database, visit));
    if (!visit.realm) add_table(fill, site, words);
    auto response = account_response(site, "account_lists.html", fill);
    if (!said.problem.empty()) response.status = 422;
    return response;
}

std::string lists_path(const Site& site, const Visit& visit)
{
    return fmt::format("{}{}/lists{}", site.prefix, visit.path(), realm_query(visit));
}

// The one of this account's own, for its owner to change.
std::optional<store::ListedEntry> own_entry(store::Database& database, const Visit& visit,
                                            std::int64_t number)
{
    for (auto& listed : entries_of(database, visit))
        if (store::is_made_by_owner(listed.origin) && listed.entry.id == number)
            return std::move(listed);
    return std::nullopt;
}

Response change_entry(const Site& site, store::Database& database, const Visit& visit,
                      const Request& request, ListChange change)
{
    const auto number = number_in(request.form, "entry");
    const auto actor = visit.actor(request);
    store::Directory directory{database};
    if (const auto own = number ? own_entry(database, visit, *number) : std::nullopt) {
        if (!may_change(visit, *own)) return not_enough(site, request);
        if (change == ListChange::Remove) directory.remove_entry(*number, actor);
        else directory.enable_entry(*number, change == ListChange::Enable, actor);
    } else if (number && store::note_trespass_on_entry(database, visit.tenant, visit.account,
                                                       *number, actor)) {
        return nothing_here(site, stranger(site, request.languages));
    }
    return see_other(lists_path(site, visit));
}

store::EntryChange entry_change(ListChange change)
{
    if (change == ListChange::Remove) return store::EntryChange::Remove;
    return change == ListChange::Enable ? store::EntryChange::Enable : store::EntryChange::Disable;
}

Response change_in_realm(const Site& site, store::Database& database, const Visit& visit,
                         const Request& request, ListChange change)
{
    const auto number = number_in(request.form, "entry");
    if (number && store::TenantLists{database, visit.realm->session_token}.change(
                      visit.tenant, *number, entry_change(change), request.client) ==
                      store::EntryAnswer::Foreign)
        return nothing_here(site, reader_of(site, database, visit.visitor()));
    return see_other(lists_path(site, visit));
}

Response add_in_realm(const Site& site, store::Database& database, const Visit& visit,
                      const Request& request)
{
    const auto reader = reader_of(site, database, visit.visitor());
    ListSaid said;
    said.written = WrittenEntry::of(request.form);
    said.owner = field(request.form, "owner");
    const auto owners = owners_of(database, visit);
    const auto owner = std::ranges::find(owners, said.owner, &Owner::text);
    if (owner == owners.end()) return nothing_here(site, reader);
    const auto entry = entry_of(said.written, *owner, reader.words, site.now());
    if (!entry) {
        said.problem = entry.error();
        return lists_page(site, database, visit, said);
    }
    if (!store::TenantLists{database, visit.realm->session_token}.add(*entry, request.client))
        return nothing_here(site, reader);
    return see_other(lists_path(site, visit));
}

// For whom the account's owner makes an entry; none: they are not all his.
std::optional<Owner> owner_named(const std::vector<Owner>& owners, const std::string& named)
{
    if (named.empty()) return owners.front();
    const auto owner = std::ranges::find(owners, named, &Owner::text);
    return owner == owners.end() ? std::nullopt : std::optional{*owner};
}

Response add(const Site& site, store::Database& database, const Visit& visit,
             const Request& request)
{
    const auto reader = reader_of(site, database, visit.visitor());
    ListSaid said;
    said.written = WrittenEntry::of(request.form);
    said.owner = field(request.form, "owner");
    const auto owner = owner_named(owners_of(database, visit), said.owner);
    if (!owner) {
        store::note_trespass_on_lists(database, visit.tenant, visit.account, said.owner,
                                      visit.actor(request));
        return nothing_here(site, reader);
    }
    const auto entry = entry_of(said.written, *owner, reader.words, site.now());
    if (!entry) {
        said.problem = entry.error();
        return lists_page(site, database, visit, said);
    }
    if (!may_list(visit, entry->sender)) return not_enough(site, request);
    const auto made = store::Directory{database}.add_entry(*entry, visit.actor(request));
    if (!made && made.error() == store::DirectoryFault::TooMany) {
        said.problem = lists_are_full(reader.words);
        return lists_page(site, database, visit, said);
    }
    if (!made && owner->level == Level::Address) return nothing_here(site, reader);
    if (!made)
        throw Error{Error::Kind::Bug, "list entry of an account: {}", sentence(made.error())};
    return see_other(lists_path(site, visit));
}

bool counts_already(const std::vector<store::ListedEntry>& there, const store::NewEntry& entry)
{
    return std::ranges::any_of(there, [&](const auto& one) {
        return one.entry.enabled && one.entry.owner == entry.owner &&
               one.entry.kind == entry.kind && one.entry.sender == entry.sender &&
               one.entry.list_id == entry.list_id;
    });
}

// An entry of a line, for the address that it names.
std::optional<store::NewEntry> entry_of_line(const WrittenEntry& line,
                                             const std::vector<Owner>& owners, const Words& words,
                                             Moment now)
{
    const auto address = parse_address(line.address);
    if (!line.address.empty() && !address) return std::nullopt;
    const auto owner =
        owner_named(owners, address ? Owner::address(address->key()).text() : std::string{});
    if (!owner) return std::nullopt;
    auto entry = entry_of(line, *owner, words, now);
    return entry ? std::optional{*std::move(entry)} : std::nullopt;
}

Response import_table(const Site& site, store::Database& database, const Visit& visit,
                      const Request& request)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    const auto kind = field(request.form, "kind");
    std::vector<store::NewEntry> entries;
    std::vector<std::string> left;
    bool is_cut = false;
    long kept = 0;
    const auto there = entries_of(database, visit);
    const auto owners = owners_of(database, visit);
    for (const auto& one : read_csv(field(request.form, "table"),
                                    kind.empty() ? token(ListKind::Allow) : kind, most_lines + 1)) {
        if (entries.size() + left.size() + static_cast<std::size_t>(kept) == most_lines) {
            is_cut = true;
            break;
        }
        auto entry = entry_of_line(one, owners, words, site.now());
        // A table has no proofs: what counts already must not lose its own.
        if (entry && counts_already(there, *entry)) ++kept;
        else if (entry) entries.push_back(std::move(*entry));
        else left.push_back(shown_line(one.sender, 60));
    }
    const auto made = store::Directory{database}.add_entries(entries, visit.actor(request));
    ListSaid said;
    said.done = words.plural("{count} entry was added.", "{count} entries were added.",
                             static_cast<long>(made.standing));
    if (made.too_many > 0) said.problem = lists_are_full(words);
    if (kept > 0)
        said.done += ' ' + words.plural("{count} was there already and stays as it is.",
                                        "{count} were there already and stay as they are.", kept);
    if (is_cut)
        said.done += ' ' + words(
                               "Only the first {count} lines were read: add the others after "
                               "this.",
                               {{"count", std::to_string(most_lines)}});
    if (!left.empty()) {
        constexpr std::size_t most_named = 10;
        const auto count = static_cast<long>(left.size());
        left.resize(std::min(left.size(), most_named));
        if (!said.problem.empty()) said.problem += ' ';
        said.problem += words.plural("{count} line was not understood: {lines}",
                                     "{count} lines were not understood: {lines}", count,
                                     {{"lines", fmt::format("{}", fmt::join(left, ", "))}});
    }
    return lists_page(site, database, visit, said);
}

}  // namespace

Response lists_place(const Site& site, const Request& request, bool of_realm)
{
    return in_pages(site, request, of_realm, [&](store::Database& database, const Visit& visit) {
        return lists_page(site, database, visit, {});
    });
}

bool brings_list_entries(const Site& site, const IncomingRequest& request)
{
    return request.posted_path() == "/account/lists/import" &&
           open_token(site.keys, site.cookie().find(request.field("Cookie", "; "))).has_value();
}

Response lists_table_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        Response response{.type = "text/csv; charset=utf-8",
                          .body = csv_of(entries_of(database, visit)),
                          .headers = {{"Content-Disposition", "attachment; filename=lists.csv"}}};
        protect(response, Document::Page);
        return response;
    });
}

Response change_list_place(const Site& site, const Request& request, ListChange change,
                           bool of_realm)
{
    return in_pages(site, request, of_realm, [&](store::Database& database, const Visit& visit) {
        if (visit.realm)
            return change == ListChange::Add
                       ? add_in_realm(site, database, visit, request)
                       : change_in_realm(site, database, visit, request, change);
        if (change == ListChange::Add) return add(site, database, visit, request);
        if (change == ListChange::Import && visit.is_by_link()) return not_enough(site, request);
        if (change == ListChange::Import) return import_table(site, database, visit, request);
        return change_entry(site, database, visit, request, change);
    });
}

}  // namespace lazaret::portal
