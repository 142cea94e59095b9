#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "portal/notice.hpp"
#include "portal/pages.hpp"
#include "portal/reader.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/accounts.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_copies = 200;  // on the account's page, the newest

template <class Kind>
std::optional<Kind> claim_of(const Site& site, const Request& request, const Route& route)
{
    const auto claim = store::open_claim(site.keys, route.claim, site.now());
    const auto* wanted = claim ? std::get_if<Kind>(&*claim) : nullptr;
    if (wanted) return *wanted;
    log::info("link refused",
              {{"client", request.client},
               {"why", store::sentence(claim ? store::ClaimFault::Malformed : claim.error())}});
    return std::nullopt;
}

// A row leads to the copy's own page, by a claim that ends with the session.
void add_copy(Fill& fill, const Site& site, const Words& words, const store::HeldSummary& copy)
{
    const auto claim = store::seal_claim(site.keys, store::CopyClaim{copy.reference},
                                         site.now() + site.session_life);
    auto& row = fill.add("COPY");
    const auto subject = shown_line(copy.subject, 200);
    row.set("LINK", fmt::format("{}/m/{}", site.prefix, claim));
    row.set("SUBJECT", subject.empty() ? words("(no subject)") : subject);
    row.set("FROM", shown_line(copy.from.empty() ? copy.sender : copy.from, 200));
    row.set("DATE", words.date_time(copy.received));
    row.set("CLASS", class_name(words, copy.verdict));
    if (!may(Role::Recipient, Deed::Release, copy.verdict)) return;
    auto& release = row.add("RELEASE");
    release.set("ACTION", fmt::format("{}/m/{}/release", site.prefix, claim));
    release.set("LABEL", words("Send me this message"));
}

Response account_page(const Site& site, store::Database& database,
                      const std::vector<std::string>& addresses)
{
    const auto reader = reader_of(database, addresses.front());
    const auto& words = reader.words;
    auto copies =
        store::Quarantine{database}.list({.recipient = addresses.front(), .limit = most_copies});
    auto fill = page_fill(site, words, words("Your quarantine"));
    fill.set("L_FOR", words("Held mail for"));
    fill.set("ADDRESSES", shown_line(fmt::format("{}", fmt::join(addresses, ", ")), 1'000));
    fill.set("COUNT",
             words.plural("{count} message", "{count} messages", static_cast<long>(copies.size())));
    for (const auto& copy : copies) add_copy(fill, site, words, copy);
    fill.set("LEAVE", site.prefix + "/account/leave");
    fill.set("L_LEAVE", words("Leave"));
    Response response{.body = site.templates.text("account.html", fill)};
    protect(response, Document::Page);
    return response;
}

Response turn_off(const Site& site, store::Database& database, const Words& words,
                  const store::UnsubscribeClaim& claim, const std::string& address,
                  const Request& request)
{
    const store::Actor actor{address, request.client, Role::Recipient};
    const auto problem =
        store::Directory{database}.set(Owner::account(claim.account), "report.frequency",
                                       std::string{token(ReportFrequency::None)}, actor);
    if (problem) {
        log::warning("reports not turned off", {{"why", *problem}});
        return bad_link(site, words);
    }
    return notice_page(site, words,
                       {200, words("You get no more reports"),
                        words("Mail is held for you as before. To get reports again, ask your "
                              "administrator.")});
}

}  // namespace

Response open_place(const Site& site, const Request& request, const Route& route)
{
    const auto strangers_words = words_for_stranger(request.languages);
    const auto claim = claim_of<store::AccountClaim>(site, request, route);
    if (!claim) return bad_link(site, strangers_words);
    return site.databases.with([&](store::Database& database) {
        const auto addresses = store::addresses_of(database, claim->tenant, claim->account);
        if (addresses.empty()) return bad_link(site, strangers_words);
        const auto reader = reader_of(database, addresses.front());
        if (request.method != Method::Post)
            return notice_page(site, reader.words,
                               {200, reader.words("Your quarantine"),
                                reader.words("See all messages that are held for you."),
                                fmt::format("{}/a/{}", site.prefix, route.claim),
                                reader.words("Open my quarantine")});
        auto response = see_other(site.prefix + "/account");
        const Session session{claim->tenant, claim->account};
        response.headers.emplace_back(
            "Set-Cookie",
            site.cookie().set(seal_session(site.keys, session, site.now() + site.session_life),
                              site.session_life));
        return response;
    });
}

Response unsubscribe_place(const Site& site, const Request& request, const Route& route)
{
    const auto strangers_words = words_for_stranger(request.languages);
    const auto claim = claim_of<store::UnsubscribeClaim>(site, request, route);
    if (!claim) return bad_link(site, strangers_words);
    return site.databases.with([&](store::Database& database) {
        const auto addresses = store::addresses_of(database, claim->tenant, claim->account);
        if (addresses.empty()) return bad_link(site, strangers_words);
        const auto reader = reader_of(database, addresses.front());
        if (request.method == Method::Post)
            return turn_off(site, database, reader.words, *claim, addresses.front(), request);
        return notice_page(site, reader.words,
                           {200, reader.words("No more reports?"),
                            reader.words("Mail is still held for you, but nothing tells you so."),
                            fmt::format("{}/u/{}", site.prefix, route.claim),
                            reader.words("Turn my reports off")});
    });
}

Response account_place(const Site& site, const Request& request)
{
    const auto strangers_words = words_for_stranger(request.languages);
    const auto session = open_session(site.keys, site.cookie().find(request.cookies), site.now());
    const auto over = [&] {
        return notice_page(site, strangers_words,
                           {403, strangers_words("Open it from your report"),
                            strangers_words("Your visit is over, or did not begin. The link at "
                                            "the head of your report opens it.")});
    };
    if (!session) return over();
    return site.databases.with([&](store::Database& database) {
        const auto addresses = store::addresses_of(database, session->tenant, session->account);
        return addresses.empty() ? over() : account_page(site, database, addresses);
    });
}

Response leave_place(const Site& site, const Request& request)
{
    const auto words = words_for_stranger(request.languages);
    auto response = notice_page(site, words,
                                {200, words("You have left"),
                                 words("The link at the head of your report opens your quarantine "
                                       "again.")});
    response.headers.emplace_back("Set-Cookie", site.cookie().clear());
    return response;
}

}  // namespace lazaret::portal
