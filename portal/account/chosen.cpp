#include "portal/account/chosen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/html/shown_text.hpp"
#include "portal/account/filter.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/outcome.hpp"
#include "portal/account/pages.hpp"
#include "portal/form.hpp"
#include "portal/notice.hpp"
#include "portal/senders.hpp"
#include "quarantine-store/held_deeds.hpp"
#include "quarantine-store/trespass.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_at_once = 5'000;
constexpr std::size_t most_boxes = 50;  // on one page: c1, c2, ...
constexpr std::size_t most_named = 10;  // of the senders of many
constexpr std::size_t waited_for = 3;   // so few are released before the page is there

constexpr std::array for_many{Press::Release, Press::Delete, Press::Allow, Press::Block,
                              Press::Newsletter};

using Fields = QuarantineFilter::Fields;

// Microseconds, as the form of the confirmation has them.
std::optional<Moment> moment_of(std::string_view text)
{
    const auto place = store::held_place(store::HeldOrder::Date, text, std::string(12, '0'));
    if (!place) return std::nullopt;
    std::int64_t micros = 0;
    std::from_chars(text.data(), text.data() + text.size(), micros);
    return Moment{std::chrono::microseconds{micros}};
}

// What was selected on the page: boxes, or all that match. The confirmation bounds these by date:
// what is done is what it told, and a second press finds nothing more.
struct Selection {
    std::optional<Press> press{};
    bool is_all = false;
    std::optional<Moment> since{};
    std::optional<Moment> until{};
    std::vector<Reference> boxes{};
    QuarantineFilter filter{};

    static Selection read(const Fields& fields, const Visit& visit)
    {
        Selection selection{.filter = QuarantineFilter::read(fields, visit)};
        const auto press = press_of(field(fields, "deed"));
        const auto offered = presses_for_many(visit.whose());
        if (press && std::find(offered.begin(), offered.end(), *press) != offered.end())
            selection.press = press;
        selection.is_all =
            field(fields, "all") == "1" && selection.filter.shown != Showing::Refused;
        selection.since = moment_of(field(fields, "since"));
        selection.until = moment_of(field(fields, "until"));
        for (std::size_t at = 1; at <= most_boxes; ++at)
            if (const auto one = Reference::parse(field(fields, fmt::format("c{}", at))))
                selection.boxes.push_back(*one);
        return selection;
    }
};

struct Choice {
    store::HeldChoice copies;
    bool is_more = false;     // than can be done at once
    std::string oldest = {};  // of all that match: its date as a field
};

Choice choice_of(store::Database& database, const Visit& visit, const Selection& selection,
                 const Words& words, Moment now)
{
    Choice choice{{visit.tenant, visit.account, selection.boxes, visit.realm.has_value()}};
    if (!selection.is_all) return choice;
    auto search = selection.filter.search(visit, words, now);
    if (selection.since) search.since = selection.since;
    search.until = selection.until.value_or(now);
    auto places = store::held_places(database, search, most_at_once + 1);
    choice.is_more = places.size() > most_at_once;
    if (choice.is_more) places.pop_back();
    for (const auto& place : places) choice.copies.copies.push_back(place.reference);
    if (!places.empty()) choice.oldest = places.back().key;
    return choice;
}

// What becomes of another's mail.
std::string consequence_for_host(const Words& words, Press press, long count)
{
    const auto sent = words.plural("{count} message will be sent to its recipient.",
                                   "{count} messages will be sent to their recipient.", count);
    if (press == Press::Allow)
        return sent + ' ' +
               words("Their senders are allowed for him. Viruses and dangerous mail stay held.");
    if (press == Press::Newsletter)
        return sent + ' ' + words("These newsletters are accepted for him.");
    return sent;
}

std::string consequence(const Words& words, Press press, long count, Whose whose)
{
    const bool is_sent =
        press == Press::Release || press == Press::Allow || press == Press::Newsletter;
    if (whose == Whose::Realm && is_sent)
        return words.plural("{count} message will be sent to whom it is for.",
                            "{count} messages will be sent to whom they are for.", count);
    if (whose == Whose::Host && is_sent) return consequence_for_host(words, press, count);
    switch (press) {
        case Press::Release:
            return words.plural("{count} message will be sent to your mailbox.",
                                "{count} messages will be sent to your mailbox.", count);
        case Press::Delete:
            return words.plural("{count} message will be deleted. It cannot be brought back.",
                                "{count} messages will be deleted. They cannot be brought back.",
                                count);
        case Press::Allow:
            return words.plural(
                "{count} message will be sent to you and its sender allowed. Viruses and "
                "dangerous mail stay held.",
                "{count} messages will be sent to you and their senders allowed. Viruses and "
                "dangerous mail stay held.",
                count);
        case Press::Block:
            return words.plural(
                "The sender of {count} message will be blocked: his mail is held and not in your "
                "reports.",
                "The senders of {count} messages will be blocked: their mail is held and not in "
                "your reports.",
                count);
        case Press::Newsletter:
            return words.plural(
                "{count} newsletter will be sent to you, and so will those that come later.",
                "{count} newsletters will be sent to you, and so will those that come later.",
                count);
        default: break;
    }
    return {};
}

bool is_for_lists(Press press)
{
    return press == Press::Allow || press == Press::Block || press == Press::Newsletter;
}

Deed deed_of(Press press) { return info(press).right.value_or(Deed::Release); }

// By whose rights many are acted on at once. A whole list of senders is only allowed for what the
// recipient could allow himself: what is dangerous stays held, as the page says.
Role role_for_many(Press press, Role role) { return is_for_lists(press) ? Role::Recipient : role; }

bool is_open_for_many(Press press, Role role, const store::HeldSummary& copy)
{
    return store::is_open_to(role_for_many(press, role), deed_of(press), copy);
}

struct Counted {
    long open = 0;
    long left = 0;
};

Counted count_of(store::Database& database, const store::HeldChoice& choice, Press press, Role role)
{
    Counted counted;
    for (const auto& kind : store::kinds_of(database, choice)) {
        const bool is_open = is_open_for_many(press, role, kind.like);
        (is_open ? counted.open : counted.left) += static_cast<long>(kind.count);
    }
    return counted;
}

// The entries that the senders of these make, each once.
std::vector<store::NewEntry> entries_of(store::Database& database, const store::HeldChoice& choice,
                                        Press press, Role role)
{
    const auto kind = press == Press::Allow   ? ListKind::Allow
                      : press == Press::Block ? ListKind::Deny
                                              : ListKind::Newsletter;
    std::vector<store::NewEntry> entries;
    std::set<std::string> known;
    for (const auto& copy : store::senders_of(database, choice)) {
        if (!is_open_for_many(press, role, copy.summary)) continue;
        auto entry = sender_entry(copy, kind);
        if (!entry) continue;
        if (kind == ListKind::Allow) widen(*entry, copy);
        const auto name = fmt::format("{}\n{}\n{}\n{}", entry->owner.text(), entry->sender.text,
                                      entry->list_id, entry->proof ? entry->proof->text() : "");
        if (known.insert(name).second) entries.push_back(std::move(*entry));
    }
    return entries;
}

// Whom it is about, each once, with what proves him; the first few.
void add_senders(Fill& fill, const Words& words, const std::vector<store::NewEntry>& entries)
{
    if (entries.empty()) return;
    auto& list = fill.add("SENDERS");
    for (std::size_t at = 0; at < std::min(entries.size(), most_named); ++at) {
        const auto& entry = entries[at];
        auto name = shown_line(entry.list_id.empty() ? entry.sender.text : entry.list_id, 200);
        if (entry.is_narrow()) {
            const auto limits =
                words.plural("proves nothing, so only from {network}, for {count} day",
                             "proves nothing, so only from {network}, for {count} days",
                             usual_unproven_life.count(), {{"network", entry.proof->of}});
            name += words.colon() + ' ' + limits;
        }
        list.add("SENDER").set("NAME", name);
    }
    if (entries.size() > most_named)
        list.add("SENDER").set("NAME",
                               words.plural("and {count} more", "and {count} more",
                                            static_cast<long>(entries.size() - most_named)));
}

// What will be done, once more in the form: the page keeps nothing.
void add_form(Fill& fill, const std::string& action, const Selection& selection,
              const Choice& choice, const std::string& label, Moment now)
{
    auto& form = fill.add("FORM");
    form.set("ACTION", action).set("LABEL", label);
    const auto add = [&](const std::string& name, const std::string& value) {
        form.add("FIELD").set("FIELD_NAME", name).set("FIELD_VALUE", value);
    };
    for (const auto& [name, value] : selection.filter.fields(true)) add(name, value);
    add("deed", std::string{info(*selection.press).path});
    if (selection.is_all) {
        add("all", "1");
        add("since", choice.oldest);
        add("until", std::to_string(now.time_since_epoch().count()));
        return;
    }
    for (std::size_t at = 0; at < selection.boxes.size(); ++at)
        add(fmt::format("c{}", at + 1), selection.boxes[at].text());
}

Response confirm_page(const Site& site, store::Database& database, const Visit& visit,
                      const Selection& selection)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    const auto now = site.now();
    const auto path = fmt::format("{}{}", site.prefix, visit.path());
    const auto back = path + selection.filter.query(true);
    const auto title =
        selection.press ? label_for_many(words, *selection.press, visit.whose()) : std::string{};
    auto fill = account_fill(site, reader, visit, AccountPage::Quarantine,
                             title.empty() ? words("Nothing is selected") : title);
    fill.set("BACK", back).set("L_BACK", words("Go back, and change nothing"));
    const auto choice = choice_of(database, visit, selection, words, now);
    const auto counted = selection.press
                             ? count_of(database, choice.copies, *selection.press, visit.role())
                             : Counted{};
    if (counted.open == 0 && counted.left == 0)
        fill.add("LINE").set("TEXT", words("Go back and tick the messages that you mean, or "
                                           "select all that match."));
    if (counted.open > 0)
        fill.add("LINE").set("TEXT",
                             consequence(words, *selection.press, counted.open, visit.whose()));
    if (counted.open > 0 && is_for_lists(*selection.press))
        add_senders(fill, words,
                    entries_of(database, choice.copies, *selection.press, visit.role()));
    if (counted.left > 0)
        fill.add("LINE").set(
            "TEXT", words.plural("{count} message stays as it is: this cannot be done with it.",
                                 "{count} messages stay as they are: this cannot be done with "
                                 "them.",
                                 counted.left));
    if (choice.is_more)
        fill.add("LINE").set(
            "TEXT", words("More match. The newest {count} are taken.",
                          {{"count", words.number(static_cast<double>(most_at_once), 0)}}));
    if (counted.open > 0) add_form(fill, path + "/act", selection, choice, title, now);
    return account_response(site, "account_confirm.html", fill);
}

// The entries first: who presses again after a crash between the two gets what is missing.
Outcome act(const Site& site, store::Database& database, const store::HeldChoice& choice,
            Press press, store::Actor actor)
{
    actor.role = role_for_many(press, actor.role);
    Outcome outcome;
    if (press == Press::Delete) {
        outcome.deleted = store::delete_many(database, choice, actor).size();
        return outcome;
    }
    if (is_for_lists(press)) {
        const auto made = store::Directory{database}.add_entries(
            entries_of(database, choice, press, actor.role), actor);
        outcome.listed = made.standing;
        outcome.too_many = made.too_many;
        // Nothing is sent without the entry that goes with it.
        if (press == Press::Block || made.too_many > 0) return outcome;
    }
    const auto begun = store::begin_releases(database, choice, actor, deed_of(press));
    outcome.released = begun.size();
    if (begun.size() > waited_for) site.releases.take_on(begun, site.keys);
    else
        for (const auto& copy : begun) site.releases.send(copy, site.keys);
    return outcome;
}

// Whether an administrator named copies of a tenant that is not what the page is about.
bool is_trespass(store::Database& database, const Visit& visit, const Selection& selection,
                 const Request& request)
{
    return visit.realm && !visit.realm->realm.is_site() &&
           store::note_trespass_on_copies(database, visit.tenant, selection.boxes,
                                          visit.actor(request));
}

}  // namespace

// Of all whom he administers an administrator makes no lists for: these are each person's own.
std::span<const Press> presses_for_many(Whose whose)
{
    const std::span<const Press> all{for_many};
    return whose == Whose::Realm ? all.first(2) : all;
}

std::string label_for_many(const Words& words, Press press, Whose whose)
{
    switch (press) {
        case Press::Release:
            if (whose == Whose::Realm) return words("Send them to whom they are for");
            return whose == Whose::Host ? words("Send them to their recipient")
                                        : words("Send them to me");
        case Press::Delete: return words("Delete them");
        case Press::Allow: return words("Send them, and allow their senders");
        case Press::Block: return words("Block their senders");
        case Press::Newsletter: return words("Accept these newsletters");
        default: break;
    }
    return {};
}

Response confirm_place(const Site& site, const Request& request, bool of_realm)
{
    return in_pages(site, request, of_realm, [&](store::Database& database, const Visit& visit) {
        const auto selection = Selection::read(request.query, visit);
        if (is_trespass(database, visit, selection, request))
            return nothing_here(site, reader_of(site, database, visit.visitor()));
        return confirm_page(site, database, visit, selection);
    });
}

Response act_place(const Site& site, const Request& request, bool of_realm)
{
    return in_pages(site, request, of_realm, [&](store::Database& database, const Visit& visit) {
        const auto selection = Selection::read(request.form, visit);
        const auto reader = reader_of(site, database, visit.visitor());
        if (is_trespass(database, visit, selection, request)) return nothing_here(site, reader);
        Outcome outcome;
        if (selection.press) {
            const auto choice = choice_of(database, visit, selection, reader.words, site.now());
            outcome = act(site, database, choice.copies, *selection.press, visit.actor(request));
        }
        const auto query = selection.filter.query(true);
        return see_other(fmt::format("{}{}{}{}done={}", site.prefix, visit.path(), query,
                                     query.empty() ? '?' : '&',
                                     seal_outcome(site.keys, visit, outcome)));
    });
}

}  // namespace lazaret::portal
