#include <fmt/format.h>

#include "base/html/shown_text.hpp"
#include "base/words/list_words.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/visit.hpp"
#include "quarantine-store/directory.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_entries = 200;

// Whoever holds a report can open the page: what an administrator made, whole domains too, he sees
// and leaves.
bool is_undoable(const store::ListedEntry& listed) { return listed.origin == store::made_by_link; }

void add_entry(Fill& fill, const Site& site, const Words& words, const store::ListedEntry& listed)
{
    const auto& entry = listed.entry;
    auto& row = fill.add("ENTRY");
    row.set("TEXT", list_words(words, entry.kind, entry.proof, entry.expires));
    row.set("NAME", shown_line(entry.list_id.empty() ? entry.sender.text : entry.list_id, 200));
    if (!is_undoable(listed)) return;
    auto& undo = row.add("UNDO");
    undo.set("ACTION", site.prefix + "/account/forget");
    undo.set("NUMBER", std::to_string(entry.id));
    undo.set("LABEL", words("Undo"));
}

std::vector<store::ListedEntry> entries_of(store::Database& database, AccountId account)
{
    return store::Directory{database}.entries(Owner::account(account), {});
}

Response lists_page(const Site& site, store::Database& database, const Visit& visit)
{
    const auto reader = reader_of(site, database, visit.addresses.front());
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, AccountPage::Lists, words("Your lists"));
    auto entries = entries_of(database, visit.account);
    std::erase_if(entries, [now = site.now()](const auto& listed) {
        const auto& entry = listed.entry;
        return !entry.enabled || (entry.expires && *entry.expires < now);
    });
    if (entries.empty())
        fill.add("EMPTY").set("TEXT", words("Nothing is on your lists yet. The page of a message "
                                            "can put its sender there."));
    if (entries.size() > most_entries) entries.resize(most_entries);
    for (const auto& listed : entries) add_entry(fill, site, words, listed);
    return account_response(site, "account_lists.html", fill);
}

}  // namespace

Response lists_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        return lists_page(site, database, visit);
    });
}

Response forget_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        const auto field = request.form.find("entry");
        // Only one of this account's own, whatever number was sent.
        for (const auto& listed : entries_of(database, visit.account))
            if (field != request.form.end() && is_undoable(listed) &&
                field->second == std::to_string(listed.entry.id))
                store::Directory{database}.remove_entry(listed.entry.id, visit.actor(request));
        return see_other(site.prefix + "/account/lists");
    });
}

}  // namespace lazaret::portal
