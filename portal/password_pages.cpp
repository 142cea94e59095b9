#include <fmt/format.h>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/password_rules.hpp"
#include "portal/second_step/pages.hpp"
#include "quarantine-store/passwords.hpp"

namespace lazaret::portal {
namespace {

std::string fault_sentence(const Words& words, PasswordFault fault)
{
    switch (fault) {
        case PasswordFault::TooShort:
            return words("That is too short: take at least {count} characters.",
                         {{"count", std::to_string(shortest_password)}});
        case PasswordFault::TooLong:
            return words("That is too long: take at most {count} characters.",
                         {{"count", std::to_string(longest_password)}});
        case PasswordFault::IsAddress: return words("Your address is no password.");
        case PasswordFault::Breached:
            return words(
                "This password was stolen elsewhere and is in public lists. Take another.");
    }
    return {};
}

Response dead_link(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    return notice_page(
        site, reader,
        sign_in_notice(site, reader, 403, reader.words("This link does not work"),
                       reader.words("It was used before, or is older than 30 minutes. Let us send "
                                    "you a new one; nothing was changed.")));
}

// One form for both ways: by a link, and by whoever is signed in and knows the old one.
// @param account  account_field() of who changes the one that he has; empty: it is the first.
Response password_form(const Site& site, const Reader& reader, const std::string& address,
                       const std::string& action, const std::string& account,
                       const Complaint& complaint)
{
    const auto& words = reader.words;
    auto fill = page_fill(site, reader, words("Choose a password"));
    if (!complaint.text.empty()) fill.add("COMPLAINT").set("COMPLAINT_TEXT", complaint.text);
    fill.set("ACTION", action);
    fill.set("ADDRESS", shown_line(address, 320));
    fill.set("L_FOR", words("For the quarantine of"));
    if (!account.empty())
        fill.add("OLD").set("ACCOUNT", account).set("L_OLD", words("Your password until now"));
    fill.set("L_NEW", words("New password"));
    fill.set("T_RULE", words("At least {count} characters; some words that only you would put "
                             "together are good. Everybody who is signed in here with the old one "
                             "is signed out.",
                             {{"count", std::to_string(shortest_password)}}));
    fill.set("L_SET", words("Set this password"));
    Response response{.status = complaint.status,
                      .body = site.templates.text("password.html", fill)};
    protect(response, Document::Page);
    return response;
}

std::string link_path(const Site& site, const std::string& token)
{
    return fmt::format("{}/p/{}", site.prefix, token);
}

Response in_with_new_password(const Site& site, store::Database& database, const Request& request,
                              const store::SignInAccount& whose, const std::string& hash)
{
    log::info("password set", {{"account", whose.account}, {"client", request.client}});
    if (auto in = enter(site, database, request, whose, hash)) return *in;
    // Somebody set yet another in between.
    return not_in(site, request);
}

}  // namespace

Response link_page(const Site& site, const Request& request, const std::string& token)
{
    return site.databases.with([&](store::Database& database) {
        const auto whose = store::Passwords{database}.of_link(token);
        if (!whose) return dead_link(site, request);
        const auto reader = reader_of(site, database, whose->address);
        if (auto page = kept_elsewhere(site, reader, whose->address)) return *page;
        return notice_page(site, reader,
                           {200, reader.words("Choose a password"),
                            reader.words("With it you open your quarantine at any time, with no "
                                         "report at hand."),
                            link_path(site, token), reader.words("Choose a password")});
    });
}

Response choose_password(const Site& site, const Request& request, const std::string& token)
{
    const auto password = field(request.form, "password");
    return site.databases.with([&](store::Database& database) {
        store::Passwords passwords{database};
        const auto whose = passwords.of_link(token);
        if (!whose) return dead_link(site, request);
        const auto reader = reader_of(site, database, whose->address);
        if (auto page = kept_elsewhere(site, reader, whose->address)) return *page;
        const auto form = [&](const Complaint& complaint) {
            return password_form(site, reader, whose->address, link_path(site, token), {},
                                 complaint);
        };
        if (!request.form.contains("password")) return form({});
        if (const auto fault = fault_of(password, whose->address, site.breached))
            return form({400, fault_sentence(reader.words, *fault)});
        const auto turn = site.passwords.take_turn();
        if (!turn) return busy_page(site, reader);
        const auto hash = turn->hash(password);
        const auto used = passwords.use_link(token, hash, request.client);
        if (!used) return dead_link(site, request);
        return in_with_new_password(site, database, request, *used, hash);
    });
}

Response change_password(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            const auto& address = session.address;
            const auto reader = reader_of(site, database, address);
            if (auto page = kept_elsewhere(site, reader, address)) return *page;
            const auto form = [&](const Complaint& complaint) {
                return password_form(site, reader, address, site.prefix + "/account/password",
                                     account_field(session.tenant, session.account), complaint);
            };
            if (request.method != Method::Post) return form({});
            const auto password = field(request.form, "password");
            if (const auto fault = fault_of(password, address, site.breached))
                return form({400, fault_sentence(reader.words, *fault)});
            const auto turn = site.passwords.take_turn();
            if (!turn) return busy_page(site, reader);
            // A stolen session is no way to try passwords: these count as tries to sign in.
            store::Passwords passwords{database};
            const auto network = store::network_of(request.client);
            if (const auto until = passwords.count_try(address, network))
                return blocked_page(site, reader, *until);
            const auto known = passwords.find(address);
            const auto old = known ? std::optional{known->hash} : std::nullopt;
            if (!turn->matches(old, field(request.form, "old")))
                return form({403, reader.words("The password until now is another one.")});
            passwords.forgive(address, network);
            const auto hash = turn->hash(password);
            if (!passwords.change(token, *old, hash, request.client)) return not_in(site, request);
            return in_with_new_password(site, database, request,
                                        {session.tenant, session.account, address}, hash);
        });
}

}  // namespace lazaret::portal
