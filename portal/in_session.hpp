#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/session.hpp"
#include "portal/site.hpp"
#include "quarantine-store/sessions.hpp"

namespace lazaret::portal {

/// The secret of the session that a browser sent, empty when it sent none of ours. Whether it is
/// over only the database knows.
std::string token_of(const Site& site, const Request& request);

/// By what the requests of that browser are counted: its account and how it came in, so that a
/// report's link costs whoever has a password nothing. Empty as token_of().
std::string holder_of(const Site& site, const Request& request);

/// The same of the link at the head of a report, which opens such sessions, and of full ones.
std::string holder_by_link(TenantId tenant, AccountId account);
std::string holder_in_full(TenantId tenant, AccountId account);

/// Where a request comes from, for the list of sessions.
store::SessionPlace place_of(const Request& request);

/// Lets somebody in: his browser gets the cookie of `token`, and the session of the cookie that it
/// brought along ends. So a cookie that somebody else put there is worth nothing after that.
/// @param holder  holder_by_link() or holder_in_full() of the account.
Response let_in(const Site& site, store::Database& database, const Request& request,
                const std::string& token, const std::string& holder, std::chrono::seconds life);

/// What the hidden field `account` of a form says, so that what was filled in for one account is
/// not done to another: in another tab, somebody else may have signed in.
std::string account_field(TenantId tenant, AccountId account);
/// Whether a form was for another account than that of this session.
bool is_for_another_account(const Request& request, const store::Session& session);
Response another_account(const Site& site, store::Database& database, const std::string& reader);

/// Somebody is not in, or his session is over. What he had filled in is not lost: the page has it,
/// with a button that sends it again once he is in. Passwords are not among it.
Response not_in(const Site& site, const Request& request);
/// The same of the session of a cookie that is over: it is counted apart from now on.
Response no_longer_in(const Site& site, const Request& request, const std::string& token);
/// Somebody is in by a link of his report, which does not open this.
Response not_enough(const Site& site, const Request& request);

/// What the cookie lets its owner see and do: `work(database, session, token)`.
template <class F>
Response with_session(const Site& site, const Request& request, F&& work)
{
    const auto token = token_of(site, request);
    if (token.empty()) return not_in(site, request);
    return site.databases.with([&](store::Database& database) {
        const auto session = store::Sessions{database}.find(token);
        return session ? work(database, *session, token) : no_longer_in(site, request, token);
    });
}

/// The same for what needs no secret of the session: `work(database, session)`.
template <class F>
Response in_session(const Site& site, const Request& request, F&& work)
{
    return with_session(site, request,
                        [&](store::Database& database, const store::Session& session,
                            const std::string&) { return work(database, session); });
}

/// The same for what asks for a password: `work(database, session, token)`. Whatever account a form
/// names.
template <class F>
Response in_any_full_session(const Site& site, const Request& request, F&& work)
{
    return with_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            if (session.kind != store::SessionKind::Full) return not_enough(site, request);
            return work(database, session, token);
        });
}

/// And for the account's own pages: a form that was for another one changes nothing.
template <class F>
Response in_full_session(const Site& site, const Request& request, F&& work)
{
    return in_any_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            if (is_for_another_account(request, session))
                return another_account(site, database, session.address);
            return work(database, session, token);
        });
}

}  // namespace lazaret::portal
