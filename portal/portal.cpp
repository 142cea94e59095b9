#include "portal/portal.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "portal/account/pages.hpp"
#include "portal/built_in.hpp"
#include "portal/entry.hpp"
#include "portal/in_session.hpp"
#include "portal/mail_vote.hpp"
#include "portal/notice.hpp"
#include "portal/pages.hpp"
#include "portal/reader.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/mail_votes.hpp"

namespace lazaret::portal {
namespace {

using Place = Route::Place;

std::string allowed(const Route& route)
{
    return std::string{takes_get(route) ? "GET, HEAD, " : ""} +
           (takes_post(route) ? "POST, OPTIONS" : "OPTIONS");
}

// All else is done by a claim or a key, which another site does not know; and mail programs
// unsubscribe.
bool acts_by_cookie(const Route& route)
{
    return route.place != Place::Copy && route.place != Place::Unsubscribe &&
           route.place != Place::MailVote;
}

// What only the cookie lets somebody do, or gives him one. No page of another site may send a
// person there: browsers say where a form came from.
bool is_from_elsewhere(const Site& site, const Request& request)
{
    if (!request.fetch_site.empty() && request.fetch_site != "same-origin" &&
        request.fetch_site != "none")
        return true;
    // A page that keeps its address to itself says "null"; so does an evil one, where the browser
    // does not vouch for it.
    if (request.origin == "null") return request.fetch_site.empty();
    return !request.origin.empty() && request.origin != site.origin;
}

// Colours of the head for whoever asks: they are in the path, since a page may not have styles of
// its own.
Response style_sheet(const std::string& colour)
{
    Response response{.type = "text/css; charset=utf-8",
                      .body = fmt::format("{}header {{ background: {}; color: {}; }}\n",
                                          built_in_styles().at(0).text, colour, ink_on(colour))};
    protect(response, Document::Fixed);
    return response;
}

Response picture(const Logos::Picture& logo)
{
    Response response{.type = logo.type, .body = logo.bytes};
    protect(response, Document::Fixed);
    return response;
}

// What a claim of ours is about, whichever of its links that is. Those that ended are counted by
// themselves: who finds an old report must not keep out who has the newest.
std::string holder_of(const store::Claim& claim, bool is_over)
{
    const std::string end = is_over ? "-over" : "";
    if (const auto* copy = std::get_if<store::CopyClaim>(&claim)) return copy->copy.text() + end;
    if (const auto* guest = std::get_if<store::GuestClaim>(&claim))
        return fmt::format("guest-{}{}", guest->visitor, end);
    if (const auto* account = std::get_if<store::AccountClaim>(&claim))
        return holder_by_link(account->tenant, account->account) + end;
    const auto& off = std::get<store::UnsubscribeClaim>(claim);
    return fmt::format("off-{}-{}{}", off.tenant, off.account, end);
}

// Whose link or session it is, as far as we made it; empty: a stranger's. A whole company may be
// behind one address, and read its reports in the same minute.
std::string holder_of(const Site& site, const Request& request, const Route& route)
{
    if (route.claim.empty()) return holder_of(site, request);
    const auto claim = store::open_expired_claim(site.keys, route.claim);
    if (!claim) return {};
    return holder_of(*claim, !store::open_claim(site.keys, route.claim, site.now()));
}

// So that every response has them, also one that a place made without a page.
Response finished(Response response)
{
    if (response.header("Content-Security-Policy").empty()) protect(response, Document::Page);
    return response;
}

Response plain_mistake()
{
    return finished({.status = 500, .type = "text/plain", .body = "Something went wrong.\n"});
}

std::string_view name_of(const Route& route)
{
    return route.place == Place::Entry ? info(*route.door).name : info(route.place).name;
}

// A line a press, so that it is known who did what when; those who only look go to `debug`. The
// claim stands in none: who has it may act.
void note(const Request& request, const Route& route, const Response& response)
{
    const auto press = route.press ? info(*route.press).path : std::string_view{};
    const auto write = request.method == Method::Post ? log::info : log::debug;
    write("request", {{"place", name_of(route)},
                      {"press", press},
                      {"status", response.status},
                      {"client", request.client}});
}

}  // namespace

Portal::Portal(Site site)
    : site_{std::move(site)}, strangers_{site_.requests_a_minute}, holders_{site_.requests_a_minute}
{
}

Response Portal::answer(const Request& request) noexcept
try {
    const auto route = route_of(request.path);
    auto response = finished(unless_it_fails(request, route));
    note(request, route, response);
    return response;
} catch (...) {
    return plain_mistake();
}

// An edge of the program.
Response Portal::unless_it_fails(const Request& request, const Route& route)
{
    const auto reader = [&] { return stranger(site_, request.languages); };
    try {
        return limited(request, route);
    } catch (const Error& error) {
        log::error("request failed", {{"client", request.client}, {"error", error.what()}});
        return error.kind() == Error::Kind::Unavailable ? try_later(site_, reader())
                                                        : our_mistake(site_, reader());
    } catch (const std::exception& error) {
        log::error("request failed", {{"client", request.client}, {"error", error.what()}});
        return our_mistake(site_, reader());
    }
}

std::size_t Portal::longest_body(const IncomingRequest& request) const
{
    if (brings_mail_vote(site_, request)) return store::longest_mail_vote;
    return brings_list_entries(site_, request) ? longest_table : IncomingRequest::longest_body;
}

Response Portal::limited(const Request& request, const Route& route)
{
    // What every page brings along is counted with the page.
    if (request.method != Method::Post) {
        if (route.place == Place::StyleSheet) return style_sheet(route.colour);
        if (route.place == Place::Logo)
            if (const auto* logo = site_.logos.find(route.logo)) return picture(*logo);
    }
    // A mail server speaks for all its people: each of them is counted by what he says in a day.
    const bool is_known = route.place == Place::MailVote && has_vote_key(site_, request);
    if (!is_known && is_too_often(request, route))
        return too_often(site_, stranger(site_, request.languages));
    return place(request, route);
}

bool Portal::is_too_often(const Request& request, const Route& route)
{
    const auto now = site_.now();
    const auto holder = holder_of(site_, request, route);
    if (holder.empty()) return !strangers_.allows(counted_address(request.client), now);
    return !holders_.allows(holder, now);
}

Response Portal::place(const Request& request, const Route& route)
{
    const auto reader = [&] { return stranger(site_, request.languages); };
    const bool is_post = request.method == Method::Post;
    if (route.place == Place::Nowhere) return nothing_here(site_, reader());
    if (request.method == Method::Options)
        return {.status = 204, .headers = {{"Allow", allowed(route)}}};
    if (request.method == Method::Other || (is_post ? !takes_post(route) : !takes_get(route)))
        return wrong_method(site_, reader(), allowed(route));
    if (is_post && acts_by_cookie(route) && is_from_elsewhere(site_, request)) {
        // Where it is that of an honest browser, report.portal_url names the portal otherwise.
        log::warning("form of another site refused",
                     {{"origin", request.origin}, {"ours", site_.origin}});
        return bad_link(site_, reader());
    }
    if (is_post && request.too_large) return too_large(site_, reader());
    switch (route.place) {
        case Place::Copy: return copy_place(site_, request, route);
        case Place::Preview: return preview_place(site_, request, route);
        case Place::Open: return open_place(site_, request, route);
        case Place::Unsubscribe: return unsubscribe_place(site_, request, route);
        case Place::Quarantine: return quarantine_place(site_, request, route.of_realm);
        case Place::Confirm: return confirm_place(site_, request, route.of_realm);
        case Place::Lists: return lists_place(site_, request, route.of_realm);
        case Place::Newsletters: return newsletters_place(site_, request);
        case Place::ChangeNewsletter:
            return change_newsletter_place(site_, request, route.newsletter);
        case Place::EndNewsletter: return end_newsletter_place(site_, request);
        case Place::ListsTable: return lists_table_place(site_, request);
        case Place::Delivered: return delivered_place(site_, request);
        case Place::Vote: return vote_place(site_, request);
        case Place::AnswerProposal: return answer_proposal_place(site_, request);
        case Place::Statistics: return statistics_place(site_, request, route.span, route.of_realm);
        case Place::Help: return help_place(site_, request);
        case Place::Settings:
            if (route.of_realm) return tenant_settings_place(site_, request);
            return settings_place(site_, request, route.part, route.claim);
        case Place::Delegates: return delegates_place(site_, request);
        case Place::ChangeDelegates: return change_delegates_place(site_, request, route.delegates);
        case Place::Others: return others_place(site_, request);
        case Place::Visit: return visit_place(site_, request);
        case Place::AnswerHost: return answer_host_place(site_, request, route.agrees);
        case Place::EndVisit: return end_visit_place(site_, request);
        case Place::Requests: return requests_place(site_, request);
        case Place::Trace: return trace_place(site_, request);
        case Place::Act: return act_place(site_, request, route.of_realm);
        case Place::Report: return report_place(site_, request);
        case Place::Leave: return leave_place(site_, request);
        case Place::ChangeList:
            return change_list_place(site_, request, route.change, route.of_realm);
        case Place::Entry: return entry_place(site_, request, *route.door, route.claim);
        case Place::MailVote: return mail_vote_place(site_, request, route.is_spam);
        case Place::Logo:
        case Place::StyleSheet:
        case Place::Nowhere: break;
    }
    return nothing_here(site_, reader());
}

}  // namespace lazaret::portal
