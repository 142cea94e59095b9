#include "portal/account/frame.hpp"

#include <fmt/format.h>

#include <array>

#include "base/html/shown_text.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"

namespace lazaret::portal {
namespace {

// To whom a page is offered.
enum class For {
    Everybody,
    Owner,
    OwnerOrShown,  ///< and a guest to whom he shows it
    Visitor,
    Administrator
};

struct NavigationRow {
    AccountPage page;
    std::string_view path;
    For whom = For::Everybody;
};

constexpr auto navigation = std::to_array<NavigationRow>({
    {AccountPage::Quarantine, "/account"},
    {AccountPage::Newsletters, "/account/newsletters"},
    {AccountPage::Lists, "/account/lists"},
    {AccountPage::Delivered, "/account/delivered", For::OwnerOrShown},
    {AccountPage::Statistics, "/account/statistics"},
    {AccountPage::Settings, "/account/settings", For::Owner},
    {AccountPage::Sessions, "/account/sessions", For::Owner},
    {AccountPage::Others, "/account/others", For::Visitor},
    {AccountPage::Requests, "/account/requests", For::Administrator},
    {AccountPage::Trace, "/account/trace", For::Administrator},
    {AccountPage::Realm, "/account/tenant", For::Administrator},
    {AccountPage::Help, "/account/help"},
});

// The pages of a realm, below its path.
struct RealmRow {
    AccountPage page;
    std::string_view path;
};
constexpr auto realm_navigation = std::to_array<RealmRow>({
    {AccountPage::Quarantine, ""},
    {AccountPage::Lists, "/lists"},
    {AccountPage::Settings, "/settings"},
    {AccountPage::Statistics, "/statistics"},
});

bool is_offered(For whom, const store::Session& session, bool is_guest)
{
    if (whom == For::Everybody) return true;
    if (is_guest) return whom == For::OwnerOrShown && session.host->sees_delivered;
    switch (whom) {
        case For::Visitor: return session.is_delegate || session.is_administrator;
        case For::Administrator: return session.is_administrator;
        case For::Owner:
        case For::OwnerOrShown:
        case For::Everybody: break;
    }
    return true;
}

std::string label(const Words& words, AccountPage page)
{
    switch (page) {
        case AccountPage::Quarantine: return words("Quarantine");
        case AccountPage::Newsletters: return words("Newsletters");
        case AccountPage::Lists: return words("Lists");
        case AccountPage::Delivered: return words("Delivered");
        case AccountPage::Statistics: return words("Statistics");
        case AccountPage::Settings: return words("Settings");
        case AccountPage::Sessions: return words("Where you are signed in");
        case AccountPage::Others: return words("Other quarantines");
        case AccountPage::Requests: return words("Requests");
        case AccountPage::Trace: return words("Where mail went");
        case AccountPage::Realm: return words("Administration");
        case AccountPage::Help: return words("Help");
    }
    return {};
}

void add_host(Fill& fill, const Site& site, const Words& words, const store::Host& host)
{
    const auto whose = shown_line(host.addresses.front(), longest_shown);
    auto text = words("You see the quarantine of {address}.", {{"address", whose}});
    text += ' ' + (host.reason.empty()
                       ? words("What you do here stands there under your name.")
                       : words("This visit, and what you look at and do, is shown there under your "
                               "name, with your reason: {reason}",
                               {{"reason", shown_line(host.reason, longest_shown)}}));
    fill.add("HOST")
        .set("HOST_TEXT", text)
        .set("HOST_END", site.prefix + "/account/visit/end")
        .set("L_HOST_END", words("Back to my own"));
}

void add_realm(Fill& fill, const Site& site, const Words& words, const Visit& visit,
               AccountPage page)
{
    const auto base = fmt::format("{}{}", site.prefix, visit.path());
    auto& part = fill.add("REALM");
    part.set("L_REALM", words("Administration"));
    for (const auto& row : realm_navigation) {
        auto& place = part.add("REALM_PLACE");
        place.set("PLACE_LINK", fmt::format("{}{}{}", base, row.path, realm_query(visit)));
        place.set("PLACE_NAME", label(words, row.page));
        if (row.page == page) place.show("CURRENT");
    }
    const auto& all = visit.realm->all;
    if (all.size() < 2) return;
    auto& choice = part.add("REALM_CHOICE");
    choice.set("L_CHOICE", words("Tenant")).set("L_CHOOSE", words("Choose"));
    for (const auto& row : realm_navigation)
        if (row.page == page) choice.set("CHOOSE", fmt::format("{}{}", base, row.path));
    for (const auto& one : all) {
        auto& option = choice.add("OPTION");
        option.set("VALUE", realm_field(one.tenant));
        option.set("LABEL",
                   one.is_site() ? words("All of the site") : shown_line(one.name, longest_shown));
        if (one.tenant == visit.tenant) option.show("CHOSEN");
    }
}

Fill framed(const Site& site, const Reader& reader, const store::Session& session, bool is_guest,
            AccountPage page, const std::string& title)
{
    const auto& words = reader.words;
    auto fill = page_fill(site, reader, title);
    fill.set("L_NAVIGATION", words("Your account"));
    fill.set("LEAVE", site.prefix + "/account/leave");
    fill.set("L_LEAVE", words("Leave"));
    if (is_guest) add_host(fill, site, words, *session.host);
    for (const auto& row : navigation) {
        if (!is_offered(row.whom, session, is_guest)) continue;
        auto& place = fill.add("PLACE");
        place.set("PLACE_LINK", site.prefix + std::string{row.path});
        place.set("PLACE_NAME", label(words, row.page));
        if (row.page == page) place.show("CURRENT");
    }
    return fill;
}

}  // namespace

Fill account_fill(const Site& site, const Reader& reader, const Visit& visit, AccountPage page,
                  const std::string& title)
{
    auto fill = framed(site, reader, visit.session, visit.is_guest(),
                       visit.realm ? AccountPage::Realm : page, title);
    if (visit.realm) add_realm(fill, site, reader.words, visit, page);
    fill.set("ACCOUNT", account_field(visit));
    return fill;
}

Fill account_fill(const Site& site, const Reader& reader, const store::Session& session,
                  AccountPage page, const std::string& title)
{
    auto fill = framed(site, reader, session, false, page, title);
    fill.set("ACCOUNT", account_field(session.tenant, session.account));
    return fill;
}

Response account_response(const Site& site, const std::string& name, const Fill& fill)
{
    Response response{.body = site.templates.text(name, fill)};
    protect(response, Document::Page);
    return response;
}

}  // namespace lazaret::portal
