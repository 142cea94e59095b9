#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "base/words/list_words.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/pages.hpp"
#include "portal/reader.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/accounts.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/notifications.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_copies = 200;  // on one part of the account's page
constexpr std::size_t most_entries = 200;

template <class Kind>
std::optional<Kind> claim_of(const Site& site, const Request& request, const Route& route)
{
    const auto claim = store::open_claim(site.keys, route.claim, site.now());
    const auto* wanted = claim ? std::get_if<Kind>(&*claim) : nullptr;
    if (wanted) return *wanted;
    log::info("link refused",
              {{"client", request.client},
               {"why", store::sentence(claim ? store::ClaimFault::Malformed : claim.error())}});
    return std::nullopt;
}

// A row leads to the copy's own page, by a claim that ends with the session.
void add_copy(Fill& fill, const Site& site, const Words& words, const store::HeldSummary& copy)
{
    const auto claim = store::seal_claim(site.keys, store::CopyClaim{copy.reference},
                                         site.now() + site.session_life);
    auto& row = fill.add("COPY");
    const auto subject = shown_line(copy.subject, 200);
    row.set("LINK", fmt::format("{}/m/{}", site.prefix, claim));
    row.set("SUBJECT", subject.empty() ? words("(no subject)") : subject);
    row.set("FROM", shown_line(copy.from.empty() ? copy.sender : copy.from, 200));
    row.set("DATE", words.date_time(copy.received));
    row.set("CLASS", class_name(words, copy.verdict));
    if (!store::may(Role::Recipient, Deed::Release, copy)) return;
    auto& release = row.add("RELEASE");
    release.set("ACTION", fmt::format("{}/m/{}/release", site.prefix, claim));
    release.set("LABEL", words("Send me this message"));
}

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

// The newest first, so many at a time; whoever has more turns over.
void add_copies(Fill& fill, const Site& site, const Words& words, store::Database& database,
                const std::string& address, std::size_t part)
{
    store::Quarantine quarantine{database};
    store::HeldFilter filter{.recipient = address, .for_recipient = true, .limit = most_copies};
    filter.skip = (part - 1) * most_copies;
    const auto count = quarantine.count(filter);
    fill.set("COUNT",
             words.plural("{count} message", "{count} messages", static_cast<long>(count)));
    for (const auto& copy : quarantine.list(filter)) add_copy(fill, site, words, copy);
    const auto turn = [&](const std::string& section, std::size_t to, const std::string& label) {
        fill.add(section)
            .set("LINK", fmt::format("{}/account/{}", site.prefix, to))
            .set("LABEL", label);
    };
    if (part > 1) turn("NEWER", part - 1, words("Newer messages"));
    if (filter.skip + most_copies < count) turn("OLDER", part + 1, words("Older messages"));
}

Response account_page(const Site& site, store::Database& database, AccountId account,
                      const std::vector<std::string>& addresses, std::size_t part)
{
    const auto reader = reader_of(site, database, addresses.front());
    const auto& words = reader.words;
    auto fill = page_fill(site, reader, words("Your quarantine"));
    fill.set("L_FOR", words("Held mail for"));
    fill.set("ADDRESSES", shown_line(fmt::format("{}", fmt::join(addresses, ", ")), 1'000));
    add_copies(fill, site, words, database, addresses.front(), part);
    auto entries = entries_of(database, account);
    std::erase_if(entries, [now = site.now()](const auto& listed) {
        const auto& entry = listed.entry;
        return !entry.enabled || (entry.expires && *entry.expires < now);
    });
    if (!entries.empty()) fill.add("LISTS").set("L_LISTS", words("Your lists"));
    if (entries.size() > most_entries) entries.resize(most_entries);
    for (const auto& listed : entries) add_entry(fill, site, words, listed);
    fill.set("SESSIONS", site.prefix + "/account/sessions");
    fill.set("L_SESSIONS", words("Where you are signed in"));
    fill.set("LEAVE", site.prefix + "/account/leave");
    fill.set("L_LEAVE", words("Leave"));
    Response response{.body = site.templates.text("account.html", fill)};
    protect(response, Document::Page);
    return response;
}

Response turn_off(const Site& site, store::Database& database, const Reader& reader,
                  const store::UnsubscribeClaim& claim, const std::string& address,
                  const Request& request)
{
    const store::Actor actor{address, request.client, Role::Recipient};
    if (!store::Directory{database}.turn_reports_off(claim.tenant, claim.account, actor))
        return bad_link(site, reader);
    return notice_page(
        site, reader,
        {200, reader.words("You get no more reports"),
         reader.words("Mail is held for you as before. To get reports again, ask your "
                      "administrator.")});
}

// It allows nothing but to ask for a report with links that work.
std::optional<store::AccountClaim> expired_claim(const Site& site, const Route& route)
{
    const auto claim = store::open_expired_claim(site.keys, route.claim);
    const auto* wanted = claim ? std::get_if<store::AccountClaim>(&*claim) : nullptr;
    if (!wanted) return std::nullopt;
    return *wanted;
}

Response too_old(const Site& site, const Reader& reader, const Route& route)
{
    Notice notice{410, reader.words("This link is too old"),
                  reader.words("To see what is held for you, use the link in your newest "
                               "report.")};
    if (may_order_report(site, route.claim)) {
        notice.action = fmt::format("{}/a/{}/fresh", site.prefix, route.claim);
        notice.button = reader.words("Send me a new report by mail");
    }
    return notice_page(site, reader, notice);
}

Response closed(const Site& site, const Reader& reader, const Route& route)
{
    return notice_page(
        site, reader,
        {200, reader.words("Your quarantine"),
         reader.words("See all messages that are held for you."),
         fmt::format("{}/a/{}", site.prefix, route.claim), reader.words("Open my quarantine")});
}

// Whoever is in with his password already stays so: the link's session could do less.
bool is_in_fully(const Site& site, store::Database& database, const Request& request,
                 const store::AccountClaim& claim)
{
    const auto token = token_of(site, request);
    if (token.empty()) return false;
    const auto session = store::Sessions{database}.find(token);
    return session && session->kind == store::SessionKind::Full &&
           session->tenant == claim.tenant && session->account == claim.account;
}

Response opened(const Site& site, store::Database& database, const Request& request,
                const store::AccountClaim& claim, const std::string& address)
{
    if (is_in_fully(site, database, request, claim)) return see_other(site.prefix + "/account");
    const auto life = site.link_session_life;
    if (life <= std::chrono::seconds{0}) return see_other(site.prefix + "/account/sign-in");
    const auto token = store::Sessions{database}.begin(claim.tenant, claim.account, address,
                                                       place_of(request), site.now() + life);
    if (!token) return bad_link(site, stranger(site, request.languages));
    return let_in(site, database, request, *token, life);
}

}  // namespace

Response open_place(const Site& site, const Request& request, const Route& route)
{
    const auto a_stranger = stranger(site, request.languages);
    const auto claim = claim_of<store::AccountClaim>(site, request, route);
    const auto old = claim ? std::nullopt : expired_claim(site, route);
    if (!claim && !old) return bad_link(site, a_stranger);
    return site.databases.with([&](store::Database& database) {
        const auto& whose = claim ? *claim : *old;
        const auto addresses = store::addresses_of(database, whose.tenant, whose.account);
        if (addresses.empty()) return bad_link(site, a_stranger);
        const auto reader = reader_of(site, database, addresses.front());
        const bool is_post = request.method == Method::Post;
        if (is_post && route.press == Press::Fresh && may_order_report(site, route.claim)) {
            store::Notifications{database}.want_report(whose.tenant, addresses.front());
            return fresh_is_coming(site, reader);
        }
        if (old) return too_old(site, reader, route);
        return is_post ? opened(site, database, request, *claim, addresses.front())
                       : closed(site, reader, route);
    });
}

Response unsubscribe_place(const Site& site, const Request& request, const Route& route)
{
    const auto a_stranger = stranger(site, request.languages);
    const auto claim = claim_of<store::UnsubscribeClaim>(site, request, route);
    if (!claim) return bad_link(site, a_stranger);
    return site.databases.with([&](store::Database& database) {
        const auto addresses = store::addresses_of(database, claim->tenant, claim->account);
        if (addresses.empty()) return bad_link(site, a_stranger);
        const auto reader = reader_of(site, database, addresses.front());
        if (request.method == Method::Post)
            return turn_off(site, database, reader, *claim, addresses.front(), request);
        return notice_page(site, reader,
                           {200, reader.words("No more reports?"),
                            reader.words("Mail is still held for you, but nothing tells you so."),
                            fmt::format("{}/u/{}", site.prefix, route.claim),
                            reader.words("Turn my reports off")});
    });
}

Response account_place(const Site& site, const Request& request, const Route& route)
{
    return in_session(site, request,
                      [&](store::Database& database, const Session& session,
                          const std::vector<std::string>& addresses) {
                          return account_page(site, database, session.account, addresses,
                                              route.part);
                      });
}

Response forget_place(const Site& site, const Request& request)
{
    return in_session(
        site, request,
        [&](store::Database& database, const Session& session,
            const std::vector<std::string>& addresses) {
            const auto field = request.form.find("entry");
            const store::Actor actor{addresses.front(), request.client, Role::Recipient};
            // Only one of this account's own, whatever number was sent.
            for (const auto& listed : entries_of(database, session.account))
                if (field != request.form.end() && is_undoable(listed) &&
                    field->second == std::to_string(listed.entry.id))
                    store::Directory{database}.remove_entry(listed.entry.id, actor);
            return see_other(site.prefix + "/account");
        });
}

Response leave_place(const Site& site, const Request& request)
{
    if (const auto token = token_of(site, request); !token.empty())
        site.databases.with(
            [&](store::Database& database) { store::Sessions{database}.end(token); });
    const auto reader = stranger(site, request.languages);
    auto response =
        notice_page(site, reader,
                    {200, reader.words("You have left"),
                     reader.words("The link at the head of your report opens your quarantine "
                                  "again.")});
    response.headers.emplace_back("Set-Cookie", site.cookie().clear());
    return response;
}

}  // namespace lazaret::portal
