#include "portal/newsletters.hpp"

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/settings_form.hpp"
#include "portal/curl/one_click.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/senders.hpp"
#include "quarantine-store/newsletters.hpp"

namespace lazaret::portal {
namespace {

using store::Newsletter;

constexpr std::size_t most_shown = 200;  // so that a page stays light
constexpr std::size_t longest = 200;     // bytes of what a stranger wrote

const std::string own_path = "/account/newsletters";

// The copy that a form or a link names, when it is a newsletter of this account.
std::optional<store::HeldDetails> copy_in(store::Database& database, const Visit& visit,
                                          const std::map<std::string, std::string>& form)
{
    const auto reference = Reference::parse(field(form, "copy"));
    if (!reference) return std::nullopt;
    auto copy = store::Quarantine{database}.find(*reference);
    if (!copy || copy->summary.tenant != visit.tenant) return std::nullopt;
    if (copy->summary.verdict != Class::Newsletter || copy->summary.kept_after_refusal)
        return std::nullopt;
    if (std::ranges::find(visit.addresses, copy->summary.mailbox) == visit.addresses.end())
        return std::nullopt;
    return copy;
}

std::string name_of(const Words& words, const Newsletter& one)
{
    auto name = shown_line(one.from, longest);
    return name.empty() ? words("(no sender)") : name;
}

bool is_own(const store::ListedEntry& listed) { return store::is_made_by_owner(listed.origin); }

// What stands about one newsletter.
struct Row {
    const Site& site;
    const Words& words;
    const Visit& visit;
    const Newsletter& one;
    Action action;  // for newsletters that nobody accepted

    // Who accepts it or not: a sender that is denied stays that.
    [[nodiscard]] bool is_blocked() const { return one.is_blocked || one.is_blocked_above; }
    [[nodiscard]] bool is_accepted() const
    {
        return !is_blocked() && (!one.entries.empty() || one.is_accepted_above);
    }
};

std::string state_of(const Row& row)
{
    const auto& words = row.words;
    if (row.is_blocked()) return words("Blocked.");
    if (row.is_accepted()) return words("Accepted: it is delivered.");
    switch (row.action) {
        case Action::Deliver: return words("Delivered, as all newsletters.");
        case Action::Tag: return words("Delivered with a mark, as all newsletters.");
        default: return words("Held until you accept it.");
    }
}

std::string facts_of(const Row& row)
{
    const auto& words = row.words;
    const auto& one = row.one;
    const auto all =
        static_cast<std::int64_t>(one.held + one.let_go) + one.accepted + one.delivered;
    const auto number = [&](auto count) { return words.number(static_cast<double>(count), 0); };
    if (all == 0) return words("Nothing came so far.");
    auto text = words.plural("{count} message since {first}, the last one on {last}.",
                             "{count} messages since {first}, the last one on {last}.",
                             static_cast<long>(all),
                             {{"first", words.date(one.first)}, {"last", words.date(one.last)}});
    text += ' ' + words("Held: {held}. Delivered since you accepted it: {accepted}.",
                        {{"held", number(one.held)}, {"accepted", number(one.accepted)}});
    if (one.delivered > 0)
        text += ' ' + words("Delivered by your setting: {delivered}.",
                            {{"delivered", number(one.delivered)}});
    return text;
}

std::string identity_of(const Words& words, const Newsletter& one)
{
    const auto name = shown_line(one.list_id.empty() ? one.from_address : one.list_id, longest);
    if (one.proved.empty())
        return words("Known by {name}; nobody proved that it is from there.", {{"name", name}});
    return words("Known by {name}; {domain} proved that it is from there.",
                 {{"name", name}, {"domain", shown_line(one.proved, longest)}});
}

std::string answer_of(const Words& words, const store::Unsubscription& asked)
{
    const std::map<std::string, std::string> of{
        {"host", shown_line(asked.host, longest)},
        {"day", words.date_time(asked.asked)},
        {"status", asked.status ? std::to_string(*asked.status) : std::string{}}};
    if (!asked.status)
        return words("You asked {host} on {day} to send no more of it; there was no answer.", of);
    return words("You asked {host} on {day} to send no more of it; the sender answered {status}.",
                 of);
}

Fill& add_button(Fill& item, const Row& row, const std::string& what, const std::string& label,
                 const std::string& kind, const std::string& method = "post")
{
    auto& button = item.add("BUTTON");
    button.set("METHOD", method)
        .set("ACTION", row.site.prefix + own_path + '/' + what)
        .set("LABEL", label)
        .set("KIND", kind);
    const auto add = [&](const char* name, const std::string& value) {
        button.add("FIELD").set("FIELD_NAME", name).set("FIELD_VALUE", value);
    };
    if (method == "post") add("account", account_field(row.visit));
    if (what == "stop") add("entry", std::to_string(row.one.entries.front().entry.id));
    else add("copy", row.one.newest->text());
    return button;
}

void add_buttons(Fill& item, const Row& row)
{
    const auto& words = row.words;
    const auto role = row.visit.role();
    if (row.one.newest && (!row.is_accepted() || row.one.held > 0) && !row.is_blocked() &&
        may(role, Deed::AcceptNewsletter, Class::Newsletter))
        add_button(item, row, "accept", words("Accept this newsletter"), "first");
    if (!row.one.entries.empty() && std::ranges::all_of(row.one.entries, is_own))
        add_button(item, row, "stop", words("Accept it no longer"), "other");
    if (row.one.newest && !row.one.is_blocked && may(role, Deed::Block, Class::Newsletter))
        add_button(item, row, "block", words("Block this sender"), "other");
    if (row.one.can_be_ended && !row.visit.is_guest())
        add_button(item, row, "unsubscribe", words("Unsubscribe for me"), "other", "get");
}

void add_newsletter(Fill& fill, const Row& row, std::size_t number)
{
    auto& item = fill.add("NEWSLETTER");
    item.set("NUMBER", std::to_string(number))
        .set("NAME", name_of(row.words, row.one))
        .set("STATE", state_of(row))
        .set("FACTS", facts_of(row));
    item.add("LINE").set("TEXT", identity_of(row.words, row.one));
    if (row.one.asked) item.add("LINE").set("TEXT", answer_of(row.words, *row.one.asked));
    if (row.is_accepted() &&
        (row.one.entries.empty() || !std::ranges::all_of(row.one.entries, is_own)))
        item.add("LINE").set("TEXT", row.words("An administrator accepted it for you."));
    if (row.one.is_blocked_above)
        item.add("LINE").set("TEXT", row.words("An administrator blocked its sender."));
    add_buttons(item, row);
}

Action action_for(store::Database& database, const Visit& visit)
{
    const auto address = parse_address(visit.addresses.front());
    if (!address) return Action::Hold;
    return store::Directory{database}.settings_for(*address).action(Class::Newsletter);
}

std::string what_becomes_of_others(const Words& words, Action action)
{
    switch (action) {
        case Action::Hold:
            return words("Newsletters that you have not accepted are held until you accept them.");
        case Action::Tag:
            return words(
                "Newsletters that you have not accepted are delivered, marked in the "
                "subject.");
        case Action::Deliver:
            return words("Newsletters that you have not accepted are delivered too.");
        case Action::Refuse:
        case Action::RefuseKeep:
            return words("Newsletters that you have not accepted are refused.");
        case Action::Discard: return words("Newsletters that you have not accepted are deleted.");
        case Action::Later: break;
    }
    return {};
}

Response newsletters_page(const Site& site, store::Database& database, const Visit& visit,
                          const std::string& session_token)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, visit, AccountPage::Newsletters, words("Newsletters"));
    const auto action = action_for(database, visit);
    fill.set("INTRO", words("A newsletter that you accept is delivered, and what is held of it is "
                            "sent at once. This is for this account alone."));
    fill.set("SETTING", what_becomes_of_others(words, action));
    if (!visit.is_guest())
        fill.add("SETTINGS")
            .set("LINK", site.prefix + "/account/settings")
            .set("LABEL", words("Change this in the settings"));
    const auto all =
        store::newsletters_of(database, visit.tenant, visit.account, session_token, site.now());
    for (std::size_t at = 0; at < std::min(all.size(), most_shown); ++at)
        add_newsletter(fill, {site, words, visit, all[at], action}, at + 1);
    if (all.size() > most_shown)
        fill.add("EMPTY").set("TEXT", words("There are more: only the newest {count} stand here.",
                                            {{"count", std::to_string(most_shown)}}));
    if (all.empty())
        fill.add("EMPTY").set("TEXT", words("No newsletters so far. Those that come in stand here, "
                                            "each once, however many messages it sent."));
    return account_response(site, "account_newsletters.html", fill);
}

// All entries of the owner's that let the same newsletter come through. False: one of them stays,
// which this session may not remove.
bool stop(store::Database& database, const Visit& visit, std::int64_t number, Moment now,
          const store::Actor& actor)
{
    const auto has = [&](const Newsletter& one) {
        return std::ranges::any_of(one.entries,
                                   [&](const auto& listed) { return listed.entry.id == number; });
    };
    store::Directory directory{database};
    bool all = true;
    for (const auto& one : store::newsletters_of(database, visit.tenant, visit.account, now)) {
        if (!has(one)) continue;
        for (const auto& listed : one.entries) {
            if (!is_own(listed)) continue;
            if (may_change(visit, listed)) directory.remove_entry(listed.entry.id, actor);
            else all = false;
        }
        break;
    }
    return all;
}

Pressed block(store::Database& database, const Visit& visit, const store::HeldDetails& copy,
              Moment now, const store::Actor& actor)
{
    if (!store::may(actor.role, Deed::Block, copy.summary)) return Pressed::NotAllowed;
    auto entry = sender_entry(copy, ListKind::Deny);
    if (!entry) return Pressed::NotAllowed;
    const auto listed = store::Directory{database}.add_entry(*entry, actor);
    if (!listed) return pressed(listed.error());
    const auto key = store::newsletter_key(copy);
    for (const auto& one : store::newsletters_of(database, visit.tenant, visit.account, now))
        if (one.key == key && !one.entries.empty())
            stop(database, visit, one.entries.front().entry.id, now, actor);
    return Pressed::Done;
}

Response confirm_unsubscription(const Site& site, const Reader& reader, const Visit& visit,
                                const store::HeldDetails& copy, const std::string& host)
{
    const auto& words = reader.words;
    auto fill =
        account_fill(site, reader, visit, AccountPage::Newsletters, words("Unsubscribe for me"));
    fill.add("LINE").set("TEXT", shown_line(copy.summary.from, longest));
    fill.add("LINE").set(
        "TEXT", words("We ask {host} to send you no more of this newsletter. The sender learns "
                      "that this mailbox exists and is read, as by every unsubscription. What is "
                      "held stays held.",
                      {{"host", shown_line(host, longest)}}));
    auto& form = fill.add("FORM");
    form.set("ACTION", site.prefix + own_path + "/unsubscribe")
        .set("LABEL", words("Unsubscribe for me"));
    form.add("FIELD").set("FIELD_NAME", "copy").set("FIELD_VALUE", copy.summary.reference.text());
    fill.set("BACK", site.prefix + own_path).set("L_BACK", words("Go back, and change nothing"));
    return account_response(site, "account_confirm.html", fill);
}

Response unsubscribe(const Site& site, store::Database& database, const Reader& reader,
                     const store::HeldDetails& copy, const Visit& visit, const std::string& host,
                     const store::Actor& actor)
{
    // Pressed once more: the page tells how it ended.
    if (store::is_being_asked(database, copy, visit.account))
        return see_other(site.prefix + own_path);
    const auto turn = site.one_click_turns.take();
    if (!turn) {
        Notice notice{503, reader.words("Nobody was asked"),
                      reader.words("Please try again in a few minutes") + '.'};
        notice.link = site.prefix + own_path;
        notice.link_text = reader.words("Newsletters");
        auto response = notice_page(site, reader, notice);
        response.headers.emplace_back("Retry-After", "120");
        return response;
    }
    const auto id = store::begin_unsubscription(database, copy, visit.account, host, actor);
    if (!id && id.error() == store::NotAsked::Gone) return gone(site, reader);
    if (!id) {
        Notice notice{429, reader.words("Nobody was asked"),
                      reader.words("You have unsubscribed very often today. Try again tomorrow.")};
        notice.link = site.prefix + own_path;
        notice.link_text = reader.words("Newsletters");
        return notice_page(site, reader, notice);
    }
    const auto answer = ask_to_unsubscribe(copy.explanation.one_click, site.one_click);
    store::end_unsubscription(database, copy, *id, answer.status, answer.trouble, actor);
    return see_other(site.prefix + own_path);
}

}  // namespace

Response newsletters_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        return newsletters_page(site, database, visit, token_of(site, request));
    });
}

Response change_newsletter_place(const Site& site, const Request& request, NewsletterChange change)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        const auto actor = visit.actor(request);
        if (change == NewsletterChange::Stop) {
            const auto number = number_in(request.form, "entry");
            if (number && !stop(database, visit, *number, site.now(), actor))
                return not_enough(site, request);
            return see_other(site.prefix + own_path);
        }
        const auto copy = copy_in(database, visit, request.form);
        if (!copy) return nothing_here(site, reader_of(site, database, visit.visitor()));
        const auto done = change == NewsletterChange::Block
                              ? block(database, visit, *copy, site.now(), actor)
                              : accept_newsletter(site, database, *copy, actor);
        if (done == Pressed::Done) return see_other(site.prefix + own_path);
        const auto reader = reader_of(site, database, visit.visitor());
        return done == Pressed::ListsFull ? lists_full(site, reader) : nothing_here(site, reader);
    });
}

Response end_newsletter_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        // A stranger is told something in the person's name: who was forwarded a report may not.
        if (visit.session.kind != store::SessionKind::Full) return not_enough(site, request);
        const auto reader = reader_of(site, database, visit.visitor());
        const bool is_post = request.method == Method::Post;
        const auto copy = copy_in(database, visit, is_post ? request.form : request.query);
        const auto host = copy ? one_click_host(copy->explanation.one_click) : std::nullopt;
        // Not for a guest: what is asked of others in somebody's name is his own to ask.
        if (!host || visit.is_guest()) return nothing_here(site, reader);
        if (!is_post) return confirm_unsubscription(site, reader, visit, *copy, *host);
        return unsubscribe(site, database, reader, *copy, visit, *host, visit.actor(request));
    });
}

}  // namespace lazaret::portal
