#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "portal/account/frame.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "quarantine-store/trespass.hpp"

namespace lazaret::portal {
namespace {

std::string how(const Words& words, store::SessionKind kind)
{
    switch (kind) {
        case store::SessionKind::Link: return words("By the link of a report");
        case store::SessionKind::Full: return words("With the password");
    }
    return {};
}

void add_session(Fill& fill, const Words& words, const store::ListedSession& one)
{
    auto& row = fill.add("SESSION");
    const auto agent = shown_line(one.place.agent, 100);
    row.set("AGENT", agent.empty() ? words("Unknown browser") : agent);
    row.set("CLIENT", shown_line(one.place.client, 100));
    row.set("HOW", how(words, one.kind));
    row.set("MADE", words("since {date}", {{"date", words.date_time(one.made)}}));
    row.set("SEEN", words("last seen {date}", {{"date", words.date_time(one.seen)}}));
    if (one.is_this) row.add("THIS").set("T_THIS", words("This is where you are now."));
    row.set("NUMBER", std::to_string(one.id));
    row.set("L_END", words("End"));
}

}  // namespace

Response sessions_page(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            const auto reader = reader_of(site, database, session.address);
            const auto& words = reader.words;
            auto fill = account_fill(site, reader, session, AccountPage::Sessions,
                                     words("Where you are signed in"));
            fill.set("ACTION", site.prefix + "/account/sessions/end");
            for (const auto& one : store::Sessions{database}.beside(token))
                add_session(fill, words, one);
            fill.set("END_ALL", site.prefix + "/account/sessions/end-all");
            fill.set("L_END_ALL", words("Sign out everywhere"));
            fill.set("T_END_ALL", words("Also here. If you do not know one of these, change your "
                                        "password as well."));
            fill.set("PASSWORD", site.prefix + "/account/password");
            fill.set("L_PASSWORD", words("Change my password"));
            fill.set("FACTOR", site.prefix + "/account/factor");
            fill.set("L_FACTOR", words("A second step when you sign in"));
            return account_response(site, "sessions.html", fill);
        });
}

Response end_session(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session&, const std::string& token) {
            const auto number = number_in(request.form, "session");
            const auto ended =
                number ? store::Sessions{database}.end_one(token, *number, request.client) : 0;
            if (number && ended == 0 &&
                store::note_trespass_on_session(database, token, *number, request.client))
                return nothing_here(site, stranger(site, request.languages));
            return see_other(site.prefix + "/account/sessions");
        });
}

Response end_sessions(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            const auto reader = reader_of(site, database, session.address);
            const auto ended = store::Sessions{database}.end_all(token, request.client);
            log::info("signed out everywhere", {{"account", session.account}, {"sessions", ended}});
            auto response = notice_page(
                site, reader,
                sign_in_notice(site, reader, 200, reader.words("You are signed out everywhere"),
                               reader.words("Every session of your quarantine has ended, this one "
                                            "too.")));
            response.headers.emplace_back("Set-Cookie", site.cookie().clear());
            return response;
        });
}

}  // namespace lazaret::portal
