#include "portal/in_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "portal/browser_name.hpp"
#include "portal/notice.hpp"
#include "portal/reader.hpp"

namespace lazaret::portal {
namespace {

bool is_worth_keeping(const Request& request)
{
    return request.method == Method::Post && !request.form.empty() &&
           std::ranges::none_of(request.form, [](const auto& field) {
               return field.first.find("password") != std::string::npos || field.first == "code";
           });
}

Response please_sign_in(const Site& site, const Request& request, const Reader& reader,
                        const std::string& text)
{
    auto notice = sign_in_notice(site, reader, 403, reader.words("Please sign in"), text);
    if (is_worth_keeping(request)) {
        notice.text += ' ' + reader.words(
                                 "What you had filled in is kept on this page: sign in, "
                                 "then come back here and send it again.");
        notice.link_text = reader.words("Sign in (in a new window)");
        notice.link_in_new_window = true;
        notice.action = site.prefix + request.path;
        notice.button = reader.words("Send it again");
        notice.fields = request.form;
    }
    return notice_page(site, reader, notice);
}

}  // namespace

std::string token_of(const Site& site, const Request& request)
{
    return open_token(site.keys, site.cookie().find(request.cookies)).value_or(std::string{});
}

std::string holder_of(const Site& site, const Request& request)
{
    const auto opened = open_cookie(site.keys, site.cookie().find(request.cookies));
    if (!opened) return {};
    if (opened->holder.empty()) return opened->token;
    return site.ended_sessions.has(opened->token) ? opened->holder + "-over" : opened->holder;
}

std::string holder_by_link(TenantId tenant, AccountId account)
{
    return fmt::format("link-{}-{}", tenant, account);
}

std::string holder_in_full(TenantId tenant, AccountId account)
{
    return fmt::format("full-{}-{}", tenant, account);
}

store::SessionPlace place_of(const Request& request)
{
    return {request.client, browser_name(request.agent)};
}

Response let_in(const Site& site, store::Database& database, const Request& request,
                const std::string& token, const std::string& holder, std::chrono::seconds life)
{
    if (const auto old = token_of(site, request); !old.empty()) store::Sessions{database}.end(old);
    auto response = see_other(site.prefix + "/account");
    response.headers.emplace_back("Set-Cookie",
                                  site.cookie().set(seal_token(site.keys, token, holder), life));
    return response;
}

std::string account_field(TenantId tenant, AccountId account)
{
    return fmt::format("{}.{}", tenant, account);
}

bool is_for_another_account(const Request& request, const store::Session& session)
{
    const auto said = request.form.find("account");
    return request.method == Method::Post && said != request.form.end() &&
           said->second != account_field(session.tenant, session.account);
}

Response another_account(const Site& site, store::Database& database, const std::string& reader)
{
    const auto who = reader_of(site, database, reader);
    Notice notice{409, who.words("Nothing was changed"),
                  who.words("You now see another quarantine than the one that this was about. "
                            "Open the page once more.")};
    notice.link = site.prefix + "/account";
    notice.link_text = who.words("Quarantine");
    return notice_page(site, who, notice);
}

Response no_longer_in(const Site& site, const Request& request, const std::string& token)
{
    site.ended_sessions.add(token);
    return not_in(site, request);
}

Response not_in(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    return please_sign_in(site, request, reader,
                          reader.words("Your visit is over, or did not begin. Sign in, or open it "
                                       "by the link at the head of your report."));
}

Response not_enough(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    return please_sign_in(
        site, request, reader,
        reader.words("The link in your report does not open this: it needs your password."));
}

}  // namespace lazaret::portal
