#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/pages.hpp"
#include "portal/reader.hpp"
#include "quarantine-store/accounts.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/link/claim.hpp"

namespace lazaret::portal {
namespace {

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

Response turn_off(const Site& site, store::Database& database, const Reader& reader,
                  const store::UnsubscribeClaim& claim, const std::string& address,
                  const Request& request)
{
    const store::Actor actor{address, request.client, Role::Recipient};
    if (!store::Directory{database}.turn_reports_off(claim.tenant, claim.account, actor))
        return bad_link(site, reader);
    return notice_page(
        site, reader,
        {200,
         reader.words("You get no more reports"),
         reader.words("Mail is held for you as before. To get reports again, say so in your "
                      "settings."),
         {},
         {},
         site.prefix + "/account/settings",
         reader.words("Settings")});
}

// The addresses of a link's account. None where the mailbox that the link went to was taken out of
// it: who reads that has no way in by his old mail.
std::vector<std::string> addresses_by(store::Database& database, const auto& claim)
{
    if (claim.mailbox != 0) {
        const auto mailboxes = store::mailboxes_of(database, claim.tenant, claim.account);
        if (std::ranges::find(mailboxes, claim.mailbox, store::mailbox_mark) == mailboxes.end())
            return {};
    }
    return store::addresses_of(database, claim.tenant, claim.account);
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
    return let_in(site, database, request, *token, holder_by_link(claim.tenant, claim.account),
                  life);
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
        const auto addresses = addresses_by(database, whose);
        if (addresses.empty()) return bad_link(site, a_stranger);
        const auto reader = reader_of(site, database, addresses.front());
        const bool is_post = request.method == Method::Post;
        if (is_post && route.press == Press::Fresh && may_order_report(site, route.claim))
            return order_report(site, database, reader, whose.tenant, addresses.front());
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
        const auto addresses = addresses_by(database, *claim);
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

Response leave_place(const Site& site, const Request& request)
{
    // Without a database the session goes on, but not in this browser: it may be a shared one.
    try {
        if (const auto token = token_of(site, request); !token.empty())
            site.databases.with(
                [&](store::Database& database) { store::Sessions{database}.end(token); });
    } catch (const Error& error) {
        log::warning("session not ended", {{"client", request.client}, {"error", error.what()}});
    }
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
