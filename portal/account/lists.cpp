#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/html/shown_text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/list_csv.hpp"
#include "portal/account/list_form.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/visit.hpp"
#include "portal/form.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/trespass.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_shown = 300;  // entries of one kind, so that a page stays light
constexpr std::size_t most_lines = 200;  // read at once from a table

/// What the page shows beside the entries.
struct Said {
    std::string problem{};  ///< with what was written; empty: all is well
    std::string done{};
    WrittenEntry written{"allow", {}, {}, {}, {}};
};

std::vector<store::ListedEntry> entries_of(store::Database& database, const Visit& visit)
{
    return store::Directory{database}.entries(Owner::account(visit.account), {});
}

// What an entry will do, and what it will not.
std::string meaning_of(const Words& words, const ListEntry& entry)
{
    switch (entry.kind) {
        case ListKind::Deny: return words("Held as blocked, whatever it says.");
        case ListKind::Newsletter:
            return entry.list_id.empty() ? words("Newsletters of this domain are delivered.")
                                         : words("This newsletter is delivered: {list}",
                                                 {{"list", shown_line(entry.list_id, 200)}});
        case ListKind::Warn:
            return words(
                "Judged like any other mail. When it is held, you are told at once by mail; "
                "nothing is delivered because of this.");
        case ListKind::Allow: break;
    }
    const std::map<std::string, std::string> of{{"domain", shown_line(entry.proof.of, 200)},
                                                {"network", entry.proof.of}};
    switch (entry.proof.kind) {
        case Proof::Kind::Network:
            return words(
                "Delivered from the network {network} only, since nothing proves who "
                "writes.",
                of);
        case Proof::Kind::Spf:
            return words("Delivered when its server may send for {domain} (SPF).", of);
        case Proof::Kind::Dkim: return words("Delivered when {domain} has signed it (DKIM).", of);
        case Proof::Kind::Dmarc:
            return words("Delivered when {domain} stands behind it (DMARC).", of);
        case Proof::Kind::None:
        case Proof::Kind::Any: break;
    }
    return words("Delivered when the sender proves who he is (SPF, DKIM or DMARC).");
}

std::string use_of(const Words& words, const store::ListedEntry& listed)
{
    const bool warns = listed.entry.kind == ListKind::Warn;
    if (listed.hits == 0 || !listed.last_hit)
        return warns ? words("Nothing of his was held so far.")
                     : words("It has not decided anything so far.");
    const auto count = static_cast<long>(listed.hits);
    if (warns)
        return words.plural("{count} message was held, the last one on {day}.",
                            "{count} messages were held, the last one on {day}.", count,
                            {{"day", words.date(*listed.last_hit)}});
    return words.plural("It decided about {count} message, the last time on {day}.",
                        "It decided about {count} messages, the last time on {day}.", count,
                        {{"day", words.date(*listed.last_hit)}});
}

std::string state_of(const Words& words, const store::ListedEntry& listed, Moment now)
{
    const auto& entry = listed.entry;
    if (!entry.enabled) return words("Switched off.");
    if (!entry.expires) return {};
    const auto day = words.date(std::chrono::floor<std::chrono::days>(*entry.expires));
    return *entry.expires < now ? words("It ended on {day}.", {{"day", day}})
                                : words("It counts until {day}.", {{"day", day}});
}

void add_button(Fill& row, const Site& site, const store::ListedEntry& listed,
                std::string_view what, const std::string& label)
{
    row.add("BUTTON")
        .set("ACTION", fmt::format("{}/account/lists/{}", site.prefix, what))
        .set("NUMBER", std::to_string(listed.entry.id))
        .set("ABOUT", fmt::format("sender-{}", listed.entry.id))
        .set("LABEL", label);
}

void add_entry(Fill& part, const Site& site, const Words& words, const Visit& visit,
               const store::ListedEntry& listed)
{
    const auto& entry = listed.entry;
    auto& row = part.add("ENTRY");
    row.set("NUMBER", std::to_string(entry.id));
    row.set("SENDER", shown_line(entry.sender.text, 260));
    row.set("MEANING", meaning_of(words, entry));
    row.set("USE", use_of(words, listed));
    const auto state = state_of(words, listed, site.now());
    if (!state.empty()) row.add("STATE").set("TEXT", state);
    if (!listed.comment.empty())
        row.add("COMMENT").set("TEXT", shown_line(listed.comment, most_comment));
    if (!store::is_made_by_owner(listed.origin)) {
        row.add("FOREIGN").set("TEXT", words("Made by your administrator, who can change it."));
        return;
    }
    if (!listed.created_by.empty() &&
        std::ranges::find(visit.addresses, listed.created_by) == visit.addresses.end())
        row.add("FOREIGN").set(
            "TEXT",
            words("Made by {who}.", {{"who", shown_line(listed.created_by, longest_shown)}}));
    if (entry.enabled) add_button(row, site, listed, "disable", words("Switch off"));
    else add_button(row, site, listed, "enable", words("Switch on"));
    add_button(row, site, listed, "remove", words("Remove"));
}

std::string title_of(const Words& words, ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return words("Allowed senders");
        case ListKind::Deny: return words("Blocked senders");
        case ListKind::Newsletter: return words("Accepted newsletters");
        case ListKind::Warn: return words("Warn list");
    }
    return {};
}

std::string choice_of(const Words& words, ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return words("Allow this sender");
        case ListKind::Deny: return words("Block this sender");
        case ListKind::Newsletter: return words("Accept newsletters of this domain");
        case ListKind::Warn: return words("Tell me at once when mail of this sender is held");
    }
    return {};
}

constexpr std::array<ListKind, 4> kinds = {ListKind::Allow, ListKind::Deny, ListKind::Newsletter,
                                           ListKind::Warn};

void add_form(Fill& fill, const Site& site, const Words& words, const Said& said)
{
    fill.set("L_ADD", words("Add a sender"));
    fill.set("ADD", site.prefix + "/account/lists/add");
    fill.set("L_KIND", words("What is to be done"));
    for (const auto kind : kinds) {
        auto& choice = fill.add("KIND");
        choice.set("VALUE", std::string{token(kind)});
        choice.set("LABEL", choice_of(words, kind));
        if (said.written.kind == token(kind)) choice.show("CHOSEN");
    }
    fill.set("L_SENDER", words("Address or domain"));
    fill.set("SENDER", shown_line(said.written.sender, 260));
    fill.set("L_UNTIL", words("Last day (may stay empty)"));
    fill.set("UNTIL", shown_line(said.written.until, 20));
    fill.set("L_COMMENT", words("Comment (may stay empty)"));
    fill.set("COMMENT", shown_line(said.written.comment, most_comment));
    fill.set("L_ADD_BUTTON", words("Add"));
    fill.set("ADVICE",
             words("An allowed sender is delivered when he proves who he is, so that nobody can "
                   "write in his name. For one who proves nothing, use the page of one of his "
                   "messages: it says how far he can be allowed."));
    if (!said.problem.empty()) fill.add("PROBLEM").set("TEXT", said.problem);
    if (!said.done.empty()) fill.add("DONE").set("TEXT", said.done);
}

void add_table(Fill& fill, const Site& site, const Words& words)
{
    fill.set("L_TABLE", words("Lists as a table"));
    fill.set("EXPORT", site.prefix + "/account/lists.csv");
    fill.set("L_EXPORT", words("Download all entries (CSV)"));
    fill.set("IMPORT", site.prefix + "/account/lists/import");
    fill.set("L_IMPORT", words("Entries to add, one a line: kind,sender,list_id,until,comment, or "
                               "senders alone. Up to {count} lines.",
                               {{"count", std::to_string(most_lines)}}));
    fill.set("L_IMPORT_BUTTON", words("Add these entries"));
}

Response lists_page(const Site& site, store::Database& database, const Visit& visit,
                    const Said& said)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, visit, AccountPage::Lists,
                             visit.is_guest() ? words("Lists") : words("Your lists"));
    const auto entries = entries_of(database, visit);
    for (const auto kind : kinds) {
        auto& part = fill.add("PART");
        part.set("PART_TITLE", title_of(words, kind));
        std::size_t shown = 0;
        for (const auto& listed : entries) {
            if (listed.entry.kind != kind || shown == most_shown) continue;
            add_entry(part, site, words, visit, listed);
            ++shown;
        }
        if (shown == 0) part.add("EMPTY").set("TEXT", words("Nobody so far."));
        if (shown == most_shown)
            part.add("EMPTY").set("TEXT", words("There are more; the table has them all."));
    }
    add_form(fill, site, words, said);
    add_table(fill, site, words);
    auto response = account_response(site, "account_lists.html", fill);
    if (!said.problem.empty()) response.status = 422;
    return response;
}

// Whether there is one of this account's own, for its owner to change.
bool is_own_entry(store::Database& database, const Visit& visit, std::int64_t number)
{
    return std::ranges::any_of(entries_of(database, visit), [&](const auto& listed) {
        return store::is_made_by_owner(listed.origin) && listed.entry.id == number;
    });
}

Response change_entry(const Site& site, store::Database& database, const Visit& visit,
                      const Request& request, ListChange change)
{
    const auto number = number_in(request.form, "entry");
    const auto actor = visit.actor(request);
    store::Directory directory{database};
    if (number && is_own_entry(database, visit, *number)) {
        if (change == ListChange::Remove) directory.remove_entry(*number, actor);
        else directory.enable_entry(*number, change == ListChange::Enable, actor);
    } else if (number && store::note_trespass_on_entry(database, visit.tenant, visit.account,
                                                       *number, actor)) {
        return nothing_here(site, stranger(site, request.languages));
    }
    return see_other(site.prefix + "/account/lists");
}

Response add(const Site& site, store::Database& database, const Visit& visit,
             const Request& request)
{
    const auto reader = reader_of(site, database, visit.visitor());
    Said said;
    said.written = WrittenEntry::of(request.form);
    const auto entry =
        entry_of(said.written, Owner::account(visit.account), reader.words, site.now());
    if (!entry) {
        said.problem = entry.error();
        return lists_page(site, database, visit, said);
    }
    const auto made = store::Directory{database}.add_entry(*entry, visit.actor(request));
    if (!made && made.error() == store::DirectoryFault::TooMany) {
        said.problem = reader.words("Your lists are full. Remove entries that you no longer need.");
        return lists_page(site, database, visit, said);
    }
    if (!made)
        throw Error{Error::Kind::Bug, "list entry of an account: {}", sentence(made.error())};
    return see_other(site.prefix + "/account/lists");
}

bool counts_already(const std::vector<store::ListedEntry>& there, const store::NewEntry& entry)
{
    return std::ranges::any_of(there, [&](const auto& one) {
        return one.entry.enabled && one.entry.kind == entry.kind &&
               one.entry.sender == entry.sender && one.entry.list_id == entry.list_id;
    });
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
    for (const auto& one : read_csv(field(request.form, "table"),
                                    kind.empty() ? token(ListKind::Allow) : kind, most_lines + 1)) {
        if (entries.size() + left.size() + static_cast<std::size_t>(kept) == most_lines) {
            is_cut = true;
            break;
        }
        auto entry = entry_of(one, Owner::account(visit.account), words, site.now());
        // A table has no proofs: what counts already must not lose its own.
        if (entry && counts_already(there, *entry)) ++kept;
        else if (entry) entries.push_back(std::move(*entry));
        else left.push_back(shown_line(one.sender, 60));
    }
    const auto made = store::Directory{database}.add_entries(entries, visit.actor(request));
    Said said;
    said.done = words.plural("{count} entry was added.", "{count} entries were added.",
                             static_cast<long>(made));
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
        said.problem = words.plural("{count} line was not understood: {lines}",
                                    "{count} lines were not understood: {lines}", count,
                                    {{"lines", fmt::format("{}", fmt::join(left, ", "))}});
    }
    return lists_page(site, database, visit, said);
}

}  // namespace

Response lists_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        return lists_page(site, database, visit, {});
    });
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

Response change_list_place(const Site& site, const Request& request, ListChange change)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        if (change == ListChange::Add) return add(site, database, visit, request);
        if (change == ListChange::Import) return import_table(site, database, visit, request);
        return change_entry(site, database, visit, request, change);
    });
}

}  // namespace lazaret::portal
