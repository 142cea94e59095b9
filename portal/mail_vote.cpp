#include "portal/mail_vote.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/log.hpp"
#include "base/mail/mac.hpp"
#include "base/mail/reference_field.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "portal/form.hpp"
#include "portal/notice.hpp"
#include "portal/reader.hpp"
#include "portal/route.hpp"
#include "quarantine-store/mail_votes.hpp"

namespace lazaret::portal {
namespace {

constexpr int too_much = 403;  // not 429: whoever asks again in a moment fares no better
constexpr int not_believed = 422;
constexpr int try_again = 503;

bool is_vote_key(const Site& site, std::string_view authorization)
{
    constexpr std::string_view scheme = "Bearer ";
    if (site.vote_key.empty() || !starts_ignoring_case(authorization, scheme)) return false;
    return is_same_secret(trimmed(authorization.substr(scheme.size())), site.vote_key);
}

// For a program, and the log of whoever runs it: in no language but ours.
Response say(int status, std::string_view words)
{
    return {
        .status = status, .type = "text/plain; charset=utf-8", .body = fmt::format("{}\n", words)};
}

Response refuse(const std::string& address, int status, std::string_view why)
{
    log::info("vote by mail not noted", {{"address", address}, {"why", why}});
    return say(status, why);
}

int status_of(store::MailVoted outcome)
{
    switch (outcome) {
        case store::MailVoted::Noted: return 200;
        case store::MailVoted::TooMany: return too_much;
        case store::MailVoted::Unknown:
        case store::MailVoted::Elsewhere: break;
    }
    return not_believed;
}

}  // namespace

bool has_vote_key(const Site& site, const Request& request)
{
    return is_vote_key(site, request.authorization);
}

bool brings_mail_vote(const Site& site, const IncomingRequest& request)
{
    const auto path = request.posted_path();
    return (path == mail_vote_spam || path == mail_vote_ham) &&
           is_vote_key(site, request.field("Authorization"));
}

Response mail_vote_place(const Site& site, const Request& request, bool is_spam)
{
    if (site.vote_key.empty()) return nothing_here(site, stranger(site, request.languages));
    if (!has_vote_key(site, request)) {
        auto response = say(401, "the key is not ours");
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
        return response;
    }
    const auto address = parse_address(field(request.query, "address"));
    if (!address) return say(400, "address=ADDRESS is missing, or is no address");
    const auto turn = site.mail_vote_turns.take();
    if (!turn) return refuse(address->key(), try_again, "too many votes at once");
    const auto known = known_message(site.keys, request.message, site.now());
    if (!known) return refuse(address->key(), not_believed, sentence(known.error()));
    const store::MailVote vote{.address = address->key(),
                               .digest = known->digest,
                               .is_spam = is_spam,
                               .way = store::MailVote::Way::Junk,
                               .bytes = known->bytes};
    const auto outcome = site.databases.with(
        [&](store::Database& database) { return store::vote_by_mail(database, vote); });
    if (outcome == store::MailVoted::Elsewhere && site.now() < known->passed + store::noted_within)
        return refuse(vote.address, try_again, "it was delivered just now, and is not noted yet");
    if (outcome != store::MailVoted::Noted)
        return refuse(vote.address, status_of(outcome), sentence(outcome));
    log::info("vote by mail", {{"address", vote.address}, {"says", is_spam ? "spam" : "ham"}});
    return say(200, sentence(outcome));
}

}  // namespace lazaret::portal
