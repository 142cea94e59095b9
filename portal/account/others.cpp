#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/html/shown_text.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/visits.hpp"

namespace lazaret::portal {
namespace {

void add_shared(Fill& fill, const Site& site, const Words& words,
                const std::vector<store::SharedAccount>& hosts)
{
    if (hosts.empty()) return;
    auto& shared = fill.add("SHARED");
    shared.set("L_SHARED", words("Shared with you"));
    for (const auto& [address, gets_reports, is_asked] : hosts) {
        auto& row = shared.add("SHARED_ACCOUNT");
        row.set("NAME", shown_line(address, longest_shown)).set("VALUE", address);
        if (gets_reports) row.add("REPORTS").set("TEXT", words("Its reports come to you."));
        if (is_asked) row.add("REPORTS").set("TEXT", words("Its reports are to come to you."));
        const auto add = [&](const char* path, const std::string& label) {
            row.add("DEED").set("ACTION", site.prefix + path).set("LABEL", label);
        };
        add("/account/visit", words("Open"));
        if (is_asked) add("/account/others/agree", words("Agree"));
        add("/account/others/leave", words("Be no delegate any more"));
    }
}

void add_any(Fill& fill, const Site& site, const Words& words, const Request& request,
             bool is_refused)
{
    auto& any = fill.add("ANY");
    any.set("L_ANY", words("As an administrator"));
    any.set("VISIT", site.prefix + "/account/visit");
    any.set("L_ADDRESS", words("Whose quarantine"));
    const auto& fields = request.method == Method::Post ? request.form : request.query;
    any.set("ADDRESS", shown_line(field(fields, "address"), longest_shown));
    if (const auto copy = Reference::parse(field(fields, "copy")))
        any.add("WANTED").set("COPY", copy->text());
    any.set("L_REASON", words("Why you look into it"));
    any.set("REASON", shown_line(field(request.form, "reason"), longest_shown));
    any.set("T_REASON", words("The person whose mail it is sees your name and this reason."));
    any.set("L_OPEN", words("Open"));
    if (is_refused) any.show("REFUSED");
}

std::string problem_of(const Words& words, store::VisitAnswer answer)
{
    switch (answer) {
        case store::VisitAnswer::Unknown:
            return words("There is no such quarantine, or you may not see it.");
        case store::VisitAnswer::Own: return words("This is your own quarantine.");
        case store::VisitAnswer::NoReason: return words("Say why you look into it.");
        case store::VisitAnswer::Begun:
        case store::VisitAnswer::SessionOver: break;
    }
    return {};
}

Response others_page(const Site& site, store::Database& database, const store::Session& session,
                     const std::string& token, const Request& request,
                     std::optional<store::VisitAnswer> refused)
{
    const auto reader = reader_of(site, database, session.address);
    const auto& words = reader.words;
    const auto problem = refused ? problem_of(words, *refused) : std::string{};
    auto fill =
        account_fill(site, reader, session, AccountPage::Others, words("Other quarantines"));
    if (!problem.empty()) fill.add("PROBLEM").set("TEXT", problem);
    const auto hosts = store::Visits{database, token}.hosts();
    if (hosts.empty() && !session.is_administrator)
        fill.add("EMPTY").set("TEXT",
                              words("Nobody shares a quarantine with you. Whoever wants to, names "
                                    "your address on the page \"Delegates\" of his settings."));
    add_shared(fill, site, words, hosts);
    if (session.is_administrator) add_any(fill, site, words, request, !problem.empty());
    auto response = account_response(site, "account_others.html", fill);
    if (!problem.empty()) response.status = 422;
    return response;
}

// What the new guest sees first: the message that he came for, if he named one. Whether it is one
// of his host is asked there.
std::string first_page(const Site& site, const Request& request, const store::Session& session)
{
    const auto copy = Reference::parse(field(request.form, "copy"));
    if (!copy) return site.prefix + "/account";
    const auto ends = std::min(session.expires, site.now() + std::chrono::hours{2});
    return fmt::format(
        "{}/m/{}", site.prefix,
        store::seal_claim(site.keys, store::GuestClaim{*copy, session.account}, ends));
}

}  // namespace

Response others_place(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            return others_page(site, database, session, token, request, std::nullopt);
        });
}

Response visit_place(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            const auto address = parse_address(trimmed(field(request.form, "address")));
            const auto answer = address
                                    ? store::Visits{database, token}.begin(
                                          *address, field(request.form, "reason"), request.client)
                                    : store::VisitAnswer::Unknown;
            if (answer == store::VisitAnswer::Begun)
                return see_other(first_page(site, request, session));
            if (answer == store::VisitAnswer::SessionOver) return not_in(site, request);
            return others_page(site, database, session, token, request, answer);
        });
}

Response answer_host_place(const Site& site, const Request& request, bool agrees)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session&, const std::string& token) {
            store::Visits{database, token}.answer_host(field(request.form, "address"), agrees,
                                                       request.client);
            return see_other(site.prefix + "/account/others");
        });
}

Response end_visit_place(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session&, const std::string& token) {
            store::Visits{database, token}.end();
            return see_other(site.prefix + "/account");
        });
}

}  // namespace lazaret::portal
