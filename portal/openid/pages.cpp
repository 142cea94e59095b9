#include "portal/openid/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "base/mail/mac.hpp"
#include "portal/entry.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/notice.hpp"
#include "portal/second_step/pages.hpp"
#include "quarantine-store/passwords.hpp"

namespace lazaret::portal {
namespace {

std::string back_address(const Site& site)
{
    return site.origin + site.prefix + std::string{info(Door::OpenIdBack).path};
}

Response sign_in_again(const Site& site, const Reader& reader, int status, const std::string& title,
                       const std::string& text)
{
    return notice_page(site, reader, sign_in_notice(site, reader, status, title, text));
}

Response not_begun_here(const Site& site, const Reader& reader)
{
    return sign_in_again(site, reader, 403, reader.words("Please sign in again"),
                         reader.words("This sign-in took too long, was finished before, or was "
                                      "begun in another browser."));
}

Response not_let_in(const Site& site, const Reader& reader, const std::string& text)
{
    return sign_in_again(site, reader, 403, reader.words("You are not signed in"), text);
}

Response provider_away(const Site& site, const Reader& reader, const std::string& name)
{
    auto response =
        sign_in_again(site, reader, 503, reader.words("Please try again in a few minutes"),
                      reader.words("{name} cannot be reached at the moment. Nothing was changed.",
                                   {{"name", name}}));
    response.headers.emplace_back("Retry-After", "120");
    return response;
}

Response fault_page(const Site& site, const Reader& reader, const ConnectorConfig& connector,
                    OpenIdFault fault)
{
    const auto& words = reader.words;
    const auto name = provider_name(connector);
    switch (fault) {
        case OpenIdFault::Away: return provider_away(site, reader, name);
        case OpenIdFault::Refused: return not_begun_here(site, reader);
        case OpenIdFault::NotProven:
            return not_let_in(site, reader,
                              words("What {name} answered could not be checked. If this stays, "
                                    "tell your administrator.",
                                    {{"name", name}}));
        case OpenIdFault::NoAddress: break;
    }
    return not_let_in(site, reader,
                      words("{name} does not know your mail address, or has not verified it. "
                            "Ask your administrator.",
                            {{"name", name}}));
}

// The attempt of this browser that came back; none when it is not of this browser.
std::optional<OpenIdAttempt> returned(const Site& site, const Request& request)
{
    auto attempt = open_attempt(site.keys, site.attempt_cookie().find(request.cookies), site.now());
    if (!attempt || !is_same_secret(attempt->state, field(request.query, "state")))
        return std::nullopt;
    return attempt;
}

// Whose address a provider vouches for, in the domains that are its, and ours.
Response let_in_as(const Site& site, const Request& request, const Reader& reader,
                   const ConnectorConfig& connector, const std::string& mailbox)
{
    const auto foreign = [&] {
        log::info("sign-in refused", {{"client", request.client}, {"server", connector.issuer}});
        return not_let_in(site, reader,
                          reader.words("Your address at {name} is {address}, which has no "
                                       "quarantine here.",
                                       {{"name", provider_name(connector)},
                                        {"address", shown_line(mailbox, 320)}}));
    };
    if (site.connectors.server_of(mailbox) != &connector) return foreign();
    return site.databases.with([&](store::Database& database) {
        const auto whose = store::Passwords{database}.connected(mailbox);
        if (!whose) return foreign();
        if (auto in = enter(site, database, request, *whose, std::nullopt)) return *in;
        return foreign();
    });
}

Response finish(const Site& site, const Request& request, const Reader& reader,
                const ConnectorConfig& connector, const OpenIdAttempt& attempt)
{
    const auto& query = request.query;
    if (query.contains("error")) {
        log::info("sign-in refused", {{"client", request.client},
                                      {"server", connector.issuer},
                                      {"error", shown_line(field(query, "error"), 100)}});
        return not_let_in(site, reader,
                          reader.words("{name} did not let you in, or you turned back there. "
                                       "Nothing was changed.",
                                       {{"name", provider_name(connector)}}));
    }
    const auto mailbox = site.openid.finish(connector, attempt, back_address(site),
                                            {field(query, "code"), field(query, "iss")});
    if (!mailbox) return fault_page(site, reader, connector, mailbox.error());
    return let_in_as(site, request, reader, connector, *mailbox);
}

}  // namespace

std::string provider_name(const ConnectorConfig& connector)
{
    if (!connector.name.empty()) return connector.name;
    constexpr std::string_view scheme = "https://";
    const auto host = connector.issuer.substr(std::min(scheme.size(), connector.issuer.size()));
    return host.substr(0, host.find_first_of(":/"));
}

Response lead_to(const Site& site, const Request& request, const ConnectorConfig& connector,
                 const std::string& hint)
{
    const auto reader = stranger(site, request.languages);
    const auto name = provider_name(connector);
    const auto turn = site.connectors.take_turn();
    if (!turn) return busy_page(site, reader);
    const auto attempt = new_attempt(connector.issuer, site.now());
    const auto address = site.openid.begin(connector, attempt, back_address(site), hint);
    if (!address) return fault_page(site, reader, connector, address.error());
    Notice notice{200, reader.words("Sign in with {name}", {{"name", name}}),
                  reader.words("{name} opens now, asks who you are, and leads you back here.",
                               {{"name", name}})};
    notice.link = *address;
    notice.link_text = reader.words("Go to {name}", {{"name", name}});
    auto response = notice_page(site, reader, notice);
    // No 303: browsers follow none from a form to where `form-action` does not allow it, and ours
    // shall allow nothing but ourselves.
    response.headers.emplace_back("Refresh", fmt::format("0;url={}", *address));
    response.headers.emplace_back(
        "Set-Cookie", site.attempt_cookie().set(seal_attempt(site.keys, attempt), attempt_life));
    return response;
}

Response begin_openid(const Site& site, const Request& request)
{
    const auto* connector = site.connectors.provider(field(request.form, "issuer"));
    if (!connector) return nothing_here(site, stranger(site, request.languages));
    return lead_to(site, request, *connector, {});
}

Response finish_openid(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    if (request.method != Method::Get) return wrong_method(site, reader, "GET, OPTIONS");
    const auto attempt = returned(site, request);
    const auto* connector = attempt ? site.connectors.provider(attempt->issuer) : nullptr;
    if (!connector) return not_begun_here(site, reader);
    const auto turn = site.connectors.take_turn();
    if (!turn) return busy_page(site, reader);
    if (!site.openid.is_first_return(*attempt)) return not_begun_here(site, reader);
    auto response = finish(site, request, reader, *connector, *attempt);
    response.headers.emplace_back("Set-Cookie", site.attempt_cookie().clear());
    return response;
}

}  // namespace lazaret::portal
