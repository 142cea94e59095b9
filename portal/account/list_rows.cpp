#include "portal/account/list_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/account_addresses.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_shown = 300;  // entries of one kind, so that a page stays light

// What an entry will do, and what it will not.
std::string meaning_of(const Words& words, const ListEntry& entry, bool is_own)
{
    switch (entry.kind) {
        case ListKind::Deny: return words("Held as blocked, whatever it says.");
        case ListKind::Newsletter:
            return entry.list_id.empty() ? words("Newsletters of this domain are delivered.")
                                         : words("This newsletter is delivered: {list}",
                                                 {{"list", shown_line(entry.list_id, 200)}});
        case ListKind::Warn:
            return is_own ? words(
                                "Judged like any other mail. When it is held, you are told at once "
                                "by mail; nothing is delivered because of this.")
                          : words(
                                "Judged like any other mail. When it is held, its recipient is "
                                "told at once by mail; nothing is delivered because of this.");
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

// For whom it counts.
std::string owner_name(const Words& words, const Owner& owner)
{
    switch (owner.level) {
        case Level::Site: return words("For all of the site");
        case Level::Domain:
            return words("For {domain}", {{"domain", shown_line(owner.name, longest_shown)}});
        case Level::Account: return words("For all addresses");
        case Level::Address:
            return words("Only for {address}",
                         {{"address", shown_line(owner.name, longest_shown)}});
        case Level::Tenant: break;
    }
    return words("For all of the tenant");
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

void add_button(Fill& row, const Site& site, const Visit& visit, const store::ListedEntry& listed,
                std::string_view what, const std::string& label)
{
    row.add("BUTTON")
        .set("ACTION", fmt::format("{}{}/lists/{}", site.prefix, visit.path(), what))
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
    row.set("MEANING", meaning_of(words, entry, !visit.realm));
    if (visit.realm || visit.addresses.size() > 1 || entry.owner.level == Level::Address)
        row.add("STATE").set("TEXT", owner_name(words, entry.owner));
    row.set("USE", use_of(words, listed));
    const auto state = state_of(words, listed, site.now());
    if (!state.empty()) row.add("STATE").set("TEXT", state);
    if (!listed.comment.empty())
        row.add("COMMENT").set("TEXT", shown_line(listed.comment, most_comment));
    if (!visit.realm && !store::is_made_by_owner(listed.origin)) {
        row.add("FOREIGN").set("TEXT", words("Made by your administrator, who can change it."));
        return;
    }
    if (!listed.created_by.empty() &&
        std::ranges::find(visit.addresses, listed.created_by) == visit.addresses.end())
        row.add("FOREIGN").set(
            "TEXT",
            words("Made by {who}.", {{"who", shown_line(listed.created_by, longest_shown)}}));
    if (entry.enabled) add_button(row, site, visit, listed, "disable", words("Switch off"));
    else add_button(row, site, visit, listed, "enable", words("Switch on"));
    add_button(row, site, visit, listed, "remove", words("Remove"));
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

std::string choice_of(const Words& words, ListKind kind, bool is_own)
{
    switch (kind) {
        case ListKind::Allow: return words("Allow this sender");
        case ListKind::Deny: return words("Block this sender");
        case ListKind::Newsletter: return words("Accept newsletters of this domain");
        case ListKind::Warn:
            return is_own ? words("Tell me at once when mail of this sender is held")
                          : words("Tell the recipient at once when mail of this sender is held");
    }
    return {};
}

constexpr std::array<ListKind, 4> kinds = {ListKind::Allow, ListKind::Deny, ListKind::Newsletter,
                                           ListKind::Warn};

}  // namespace

std::vector<Owner> owners_of(store::Database& database, const Visit& visit)
{
    if (visit.realm && visit.realm->realm.is_site()) return {Owner::site()};
    auto domains = store::AccountAddresses{database}.domains(visit.tenant);
    if (visit.realm) {
        std::vector<Owner> owners = {Owner::tenant(visit.tenant)};
        for (auto& domain : domains) owners.push_back(Owner::domain(std::move(domain)));
        return owners;
    }
    std::vector<Owner> owners = {Owner::account(visit.account)};
    for (const auto& address : visit.addresses)
        if (std::ranges::find(domains, address.substr(address.rfind('@') + 1)) != domains.end())
            owners.push_back(Owner::address(address));
    return owners;
}

void add_owner_choice(Fill& fill, const Words& words, const std::vector<Owner>& owners,
                      const std::string& chosen)
{
    auto& part = fill.add("OWNERS");
    part.set("L_OWNER", words("For whom")).set("L_CHOOSE", words("Choose"));
    for (const auto& owner : owners) {
        auto& option = part.add("OWNER");
        option.set("VALUE", owner.text()).set("LABEL", owner_name(words, owner));
        if (owner.text() == chosen) option.show("CHOSEN");
    }
}

void add_list_parts(Fill& fill, const Site& site, const Words& words, const Visit& visit,
                    const std::vector<store::ListedEntry>& entries)
{
    for (const auto kind : kinds) {
        auto& part = fill.add("PART");
        part.set("PART_TITLE", title_of(words, kind));
        std::size_t shown = 0;
        bool is_more = false;
        for (const auto& listed : entries) {
            if (listed.entry.kind != kind) continue;
            is_more = shown == most_shown;
            if (is_more) break;
            add_entry(part, site, words, visit, listed);
            ++shown;
        }
        if (shown == 0)
            part.add("EMPTY").set("TEXT", kind == ListKind::Newsletter ? words("None so far.")
                                                                       : words("Nobody so far."));
        if (is_more)
            part.add("EMPTY").set(
                "TEXT", visit.realm ? words("There are more; \"lazaretctl\" lists them all.")
                                    : words("There are more; the table has them all."));
    }
}

void add_list_form(Fill& fill, const Site& site, const Words& words, const Visit& visit,
                   const ListSaid& said, const std::vector<Owner>& owners)
{
    fill.set("L_ADD", words("Add a sender"));
    fill.set("ADD", fmt::format("{}{}/lists/add", site.prefix, visit.path()));
    fill.set("L_KIND", words("What is to be done"));
    for (const auto kind : kinds) {
        auto& choice = fill.add("KIND");
        choice.set("VALUE", std::string{token(kind)});
        choice.set("LABEL", choice_of(words, kind, !visit.realm));
        if (said.written.kind == token(kind)) choice.show("CHOSEN");
    }
    fill.set("L_SENDER", words("Address or domain"));
    fill.set("SENDER", shown_line(said.written.sender, 260));
    fill.set("L_UNTIL", words("Last day (may stay empty)"));
    fill.set("UNTIL", shown_line(said.written.until, 20));
    fill.set("L_COMMENT", words("Comment (may stay empty)"));
    fill.set("COMMENT", shown_line(said.written.comment, most_comment));
    fill.set("L_ADD_BUTTON", words("Add"));
    if (visit.realm || owners.size() > 2) add_owner_choice(fill, words, owners, said.owner);
    fill.set("ADVICE",
             visit.realm
                 ? words("An allowed sender is delivered when he proves who he is, so that nobody "
                         "can write in his name. Viruses and dangerous mail stay held.")
                 : words("An allowed sender is delivered when he proves who he is, so that nobody "
                         "can write in his name. For one who proves nothing, use the page of one "
                         "of his messages: it says how far he can be allowed."));
    if (!said.problem.empty()) fill.add("PROBLEM").set("TEXT", said.problem);
    if (!said.done.empty()) fill.add("DONE").set("TEXT", said.done);
}

}  // namespace lazaret::portal
