#include "quarantine-store/requests.hpp"

#include <fmt/format.h>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/administration.hpp"
#include "quarantine-store/release.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_shown = 50;
constexpr std::size_t longest = 200;  // bytes of a sender or subject
constexpr std::size_t longest_comment = 2'000;

std::string wish(const Words& words, store::RequestKind kind)
{
    switch (kind) {
        case store::RequestKind::Adjust: return words("Asks for the filter to be adjusted");
        case store::RequestKind::Release: return words("Asks for its release");
    }
    return {};
}

void add_request(Fill& fill, const Site& site, const Words& words, const store::Request& one)
{
    const auto subject = shown_line(one.subject, longest);
    auto& row = fill.add("ASKED");
    row.set("NUMBER", std::to_string(one.id));
    row.set("SUBJECT", subject.empty() ? words("(no subject)") : subject);
    row.set("FROM", shown_line(one.from, longest));
    row.set("FACTS", fmt::format("{} \u00B7 {} \u00B7 {}", shown_line(one.recipient, longest_shown),
                                 class_name(words, one.verdict), words.date_time(one.made)));
    row.set("WISH", wish(words, one.kind));
    if (!one.comment.empty())
        row.add("COMMENT").set("TEXT", shown_line(one.comment, longest_comment));
    row.set("VISIT", site.prefix + "/account/visit");
    row.set("RECIPIENT", one.recipient);
    row.set("REASON", words("Request {number}", {{"number", std::to_string(one.id)}}));
    row.set("L_LOOK", words("Open this quarantine"));
    row.set("ANSWER", site.prefix + "/account/requests");
    row.set("L_WORDS", words("What the person is told (you may leave it empty)"));
    row.set("L_ACCEPT", words("Accept"));
    row.set("L_DECLINE", words("Decline"));
}

Response requests_page(const Site& site, store::Database& database, const store::Session& session,
                       const std::string& token, const Request& request, const std::string& problem)
{
    const auto reader = reader_of(site, database, session.address);
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, session, AccountPage::Requests, words("Requests"));
    if (field(request.query, "done") == "answered")
        fill.add("DONE").set("TEXT",
                             words("The request was answered; the person is told by mail."));
    if (!problem.empty()) fill.add("PROBLEM").set("TEXT", problem);
    auto open = store::Administration{database, token}.open_requests(most_shown + 1);
    const bool is_more = open.size() > most_shown;
    if (is_more) open.pop_back();
    if (open.empty()) fill.add("EMPTY").set("TEXT", words("No request is open."));
    if (is_more)
        fill.add("EMPTY").set("TEXT", words("There are more: only the oldest {count} stand here.",
                                            {{"count", std::to_string(most_shown)}}));
    for (const auto& one : open) add_request(fill, site, words, one);
    auto response = account_response(site, "account_requests.html", fill);
    if (!problem.empty()) response.status = 422;
    return response;
}

std::optional<store::RequestState> answer_of(const std::string& text)
{
    for (const auto state : {store::RequestState::Accepted, store::RequestState::Declined})
        if (text == token(state)) return state;
    return std::nullopt;
}

// What was asked for is begun before the answer is written down; the sweeper finishes it.
std::optional<store::DeedFault> release(const Site& site, store::Database& database,
                                        const store::Request& asked, const store::Actor& actor)
{
    const auto begun = store::begin_release(database, asked.copy, actor);
    if (!begun) return begun.error();
    if (begun->outcome == store::ReleaseAnswer::Outcome::Postponed)
        site.releases.send(asked.copy, site.keys);
    return std::nullopt;
}

Response answer(const Site& site, store::Database& database, const store::Session& session,
                const std::string& token, const Request& request)
{
    const auto reader = reader_of(site, database, session.address);
    const auto& words = reader.words;
    store::Administration administration{database, token};
    const auto number = number_in(request.form, "request");
    const auto asked = number ? store::Requests{database}.find(*number) : std::nullopt;
    const auto role = asked ? administration.role_on(asked->id) : std::nullopt;
    const auto state = answer_of(field(request.form, "answer"));
    if (!role || !state) return nothing_here(site, reader);
    if (asked->state == store::RequestState::Open && state == store::RequestState::Accepted &&
        asked->kind == store::RequestKind::Release)
        if (const auto fault =
                release(site, database, *asked, {session.address, request.client, *role}))
            return requests_page(
                site, database, session, token, request,
                fault == store::DeedFault::NotAllowed
                    ? words("You may not release this message.")
                    : words("It is not held any more. Decline the request, and say why."));
    if (!administration.answer(asked->id, *state, field(request.form, "words"), request.client))
        return requests_page(site, database, session, token, request,
                             words("It was answered before, or its message was released."));
    return see_other(site.prefix + "/account/requests?done=answered");
}

}  // namespace

Response requests_place(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            if (!session.is_administrator)
                return nothing_here(site, reader_of(site, database, session.address));
            return request.method == Method::Post
                       ? answer(site, database, session, token, request)
                       : requests_page(site, database, session, token, request, {});
        });
}

}  // namespace lazaret::portal
