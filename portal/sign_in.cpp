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

struct Tried {
    std::optional<Moment> blocked_until{};
    std::optional<store::KnownPassword> known{};  ///< it fitted
};

// The same steps whatever is known of the address.
Tried try_password(store::Database& database, const PasswordChecks::Turn& turn,
                   const Request& request, const std::string& mailbox)
{
    store::Passwords passwords{database};
    const auto network = store::network_of(request.client);
    if (const auto until = passwords.count_try(mailbox, network)) return {until, {}};
    auto known = passwords.find(mailbox);
    const auto hash = known ? std::optional{known->hash} : std::nullopt;
    if (!turn.matches(hash, field(request.form, "password"))) return {};
    passwords.forgive(mailbox, network);
    return {{}, std::move(known)};
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
    Response response{.status = complaint.status,
                      .body = site.templates.text("sign_in.html", fill)};
    protect(response, Document::Page);
    return response;
}

Response sign_in(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    const auto turn = site.passwords.take_turn();
    if (!turn) return busy_page(site, reader);
    const auto mailbox = typed_mailbox(request);
    return site.databases.with([&](store::Database& database) {
        const auto tried = try_password(database, *turn, request, mailbox);
        if (tried.blocked_until) return blocked_page(site, reader, *tried.blocked_until);
        if (tried.known) {
            const auto& [tenant, account, address] = tried.known->whose;
            const auto token = store::Sessions{database}.begin_full(
                tenant, account, address, tried.known->hash, place_of(request),
                site.now() + site.session_life);
            if (token) {
                log::info("signed in", {{"account", account}, {"client", request.client}});
                return let_in(site, database, request, *token, site.session_life);
            }
        }
        log::info("sign-in refused", {{"client", request.client}});
        return not_right(site, request, reader);
    });
}

Response ask_link(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
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
