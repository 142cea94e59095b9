#include <fmt/format.h>

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/openid/pages.hpp"
#include "portal/password_proof.hpp"
#include "portal/second_step/pages.hpp"
#include "quarantine-store/passwords.hpp"

namespace lazaret::portal {
namespace {

// As addresses are stored; empty for what is none, which then has no account either.
std::string typed_mailbox(const Request& request)
{
    const auto address = parse_address(trimmed(field(request.form, "address")));
    return address ? address->key() : std::string{};
}

Response not_right(const Site& site, const Request& request, const Reader& reader)
{
    return sign_in_page(
        site, request,
        {403, reader.words("Address and password do not belong together. If you have no password "
                           "yet, or have lost it, let us send you a link.")});
}

}  // namespace

Response sign_in_page(const Site& site, const Request& request, const Complaint& complaint)
{
    const auto reader = stranger(site, request.languages);
    const auto& words = reader.words;
    auto fill = page_fill(site, reader, words("Sign in"));
    if (!complaint.text.empty()) fill.add("COMPLAINT").set("COMPLAINT_TEXT", complaint.text);
    fill.set("ACTION", site.prefix + "/account/sign-in");
    fill.set("L_ADDRESS", words("Your mail address"));
    fill.set("ADDRESS", shown_line(field(request.form, "address"), 320));
    fill.set("L_PASSWORD", words("Password"));
    fill.set("L_SIGN_IN", words("Sign in"));
    fill.set("T_LINK", words("Here for the first time, or lost your password? Write your address "
                             "above, and a link to choose one comes by mail."));
    fill.set("ASK", site.prefix + "/account/link");
    fill.set("L_LINK", words("Send me a link"));
    for (const auto& one : site.connectors.all())
        if (one.kind == ConnectorConfig::Kind::OpenId)
            fill.add("PROVIDER")
                .set("PROVIDER_ACTION", site.prefix + "/account/openid")
                .set("ISSUER", one.issuer)
                .set("L_PROVIDER", words("Sign in with {name}", {{"name", provider_name(one)}}));
    Response response{.status = complaint.status,
                      .body = site.templates.text("sign_in.html", fill)};
    protect(response, Document::Page);
    return response;
}

Response sign_in(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    const auto mailbox = typed_mailbox(request);
    const auto* server = site.connectors.server_of(mailbox);
    if (server && server->kind == ConnectorConfig::Kind::OpenId)
        return lead_to(site, request, *server, mailbox);
    return site.databases.with([&](store::Database& database) {
        const auto proof =
            prove_password(site, database, request, mailbox, field(request.form, "password"));
        if (auto page = unproven_page(site, reader, proof)) return *page;
        if (proof.outcome == PasswordProof::Outcome::Right)
            if (auto in = enter(site, database, request, proof.whose, proof.verified)) return *in;
        log::info("sign-in refused", {{"client", request.client}});
        return not_right(site, request, reader);
    });
}

std::optional<Response> kept_elsewhere(const Site& site, const Reader& reader,
                                       const std::string& mailbox)
{
    const auto& words = reader.words;
    const auto* server = site.connectors.server_of(mailbox);
    if (!server) return std::nullopt;
    const auto text = [&] {
        switch (server->kind) {
            case ConnectorConfig::Kind::Imap:
                return words(
                    "Sign in with the password of your mailbox, the one of your mail "
                    "program. It cannot be set from here, so no link is sent. When it "
                    "is lost, ask your administrator.");
            case ConnectorConfig::Kind::OpenId:
                return words(
                    "Sign in with {name}: passwords and second steps are set there, and "
                    "no link is sent.",
                    {{"name", provider_name(*server)}});
            case ConnectorConfig::Kind::Ldap:
            case ConnectorConfig::Kind::Password: break;
        }
        return words(
            "Sign in with the password of your organisation, as at your "
            "computer. It cannot be set from here, so no link is sent. When it "
            "is lost, ask your administrator.");
    };
    return notice_page(
        site, reader,
        sign_in_notice(site, reader, 200, words("Your password is kept elsewhere"), text()));
}

Response ask_link(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    if (auto page = kept_elsewhere(site, reader, typed_mailbox(request))) return *page;
    const auto until = site.databases.with([&](store::Database& database) {
        return store::Passwords{database}.ask_link(typed_mailbox(request),
                                                   store::network_of(request.client));
    });
    if (until) return blocked_page(site, reader, *until);
    return notice_page(
        site, reader,
        {200, reader.words("Look into your mailbox"),
         reader.words("If mail was ever held for this address, a link is on its way to it. That "
                      "may take up to a quarter of an hour. It works once, and for 30 minutes.")});
}

Response blocked_page(const Site& site, const Reader& reader, Moment until)
{
    using namespace std::chrono_literals;
    // In whole minutes, rounded up: the reader's time zone is not known here.
    const auto left = std::max<Moment::duration>(until - site.now(), 1s);
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(left).count();
    auto response = notice_page(
        site, reader,
        {429, reader.words("Too many tries"),
         reader.words.plural("For your safety, wait {count} minute, then try again. Nothing was "
                             "changed.",
                             "For your safety, wait {count} minutes, then try again. Nothing was "
                             "changed.",
                             static_cast<long>(minutes))});
    response.headers.emplace_back(
        "Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(left).count()));
    return response;
}

Response busy_page(const Site& site, const Reader& reader)
{
    auto response = notice_page(
        site, reader,
        {503, reader.words("Please try again in a minute"),
         reader.words("Many people are signing in just now. Nothing was tried or changed.")});
    response.headers.emplace_back("Retry-After", "30");
    return response;
}

}  // namespace lazaret::portal
