#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "portal/account/settings_page.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "quarantine-store/account_addresses.hpp"
#include "quarantine-store/passwords.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_address = 320;  // bytes, as it is shown

Notice back_to_settings(const Site& site, const Reader& reader, int status, std::string title,
                        std::string text)
{
    Notice notice{status, std::move(title), std::move(text)};
    notice.link = site.prefix + "/account/settings";
    notice.link_text = reader.words("Settings");
    return notice;
}

Response problem(const Site& site, store::Database& database, const store::Session& session,
                 const Request& request, const std::string& text)
{
    return settings_page(site, database, session, {{}, {{"address", text}}, request.form});
}

// A link of somebody else is as one that is over.
Response dead_link(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        back_to_settings(site, reader, 403, reader.words("This link does not work"),
                         reader.words("It was used before, is older than 30 minutes, or was asked "
                                      "for in another quarantine. Nothing was changed.")));
}

// Who can read a mailbox does not get past the second step by it.
Response guarded(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        back_to_settings(
            site, reader, 403, reader.words("This address cannot be added yet"),
            reader.words("Its quarantine asks for a code when somebody signs in. Sign in there, "
                         "switch the second step off, then open this link again. Nothing was "
                         "changed.")));
}

Response offer_page(const Site& site, const Reader& reader, const store::AddressOffer& offer,
                    const std::string& link)
{
    if (offer.wants_code) return guarded(site, reader);
    const auto& words = reader.words;
    auto text =
        words("The mail that is held for {address} is shown in this quarantine from now on.",
              {{"address", shown_line(offer.address, longest_address)}});
    if (offer.held > 0)
        text += ' ' + words.plural("{count} message comes along.", "{count} messages come along.",
                                   static_cast<long>(offer.held));
    if (offer.ends_account)
        text += ' ' + words(
                          "The quarantine that this address had ends: its lists come along; its "
                          "settings, its password and whoever is signed in there do not.");
    auto notice = back_to_settings(site, reader, 200, words("Add this address?"), text);
    notice.action = fmt::format("{}/account/address/{}", site.prefix, link);
    notice.button = words("Add this address");
    return notice_page(site, reader, notice);
}

}  // namespace

Response add_address(const Site& site, store::Database& database, const store::Session& session,
                     const std::string& token, const Request& request)
{
    using Answer = store::AddressAsked::Answer;
    const auto reader = reader_of(site, database, session.addresses.front());
    const auto& words = reader.words;
    const auto address = parse_address(trimmed(field(request.form, "address")));
    if (!address)
        return problem(site, database, session, request,
                       words("This is no mail address. Write it as ada@example.org."));
    store::AccountAddresses addresses{database};
    const auto asked = addresses.ask(token, *address, store::network_of(request.client));
    if (asked.blocked_until) return blocked_page(site, reader, *asked.blocked_until);
    switch (asked.answer) {
        case Answer::SessionOver: return not_in(site, request);
        case Answer::Own:
            return problem(site, database, session, request,
                           words("This address is one of this quarantine already."));
        case Answer::Foreign:
            return problem(site, database, session, request,
                           words("Mail for this domain is not held here. Write an address of one "
                                 "of the domains that are named below."));
        case Answer::Asked: break;
    }
    return notice_page(
        site, reader,
        back_to_settings(site, reader, 200, words("Look into the mailbox of that address"),
                         words("A link is sent to {address} within a quarter of an hour. Open it "
                               "in this browser, where you are signed in. It works once, and for "
                               "30 minutes.",
                               {{"address", shown_line(address->key(), longest_address)}})));
}

Response remove_address(const Site& site, store::Database& database, const store::Session& session,
                        const std::string& token, const Request& request)
{
    const auto address = field(request.form, "address");
    if (!store::AccountAddresses{database}.remove(token, address, request.client)) {
        // Pressed twice, or the last one: the page shows what there is.
        return see_other(site.prefix + "/account/settings");
    }
    log::info("address removed", {{"account", session.account}, {"client", request.client}});
    return see_other(site.prefix + "/account/settings?done=removed");
}

Response confirm_address(const Site& site, store::Database& database, const store::Session& session,
                         const std::string& token, const std::string& link, const Request& request)
{
    const auto reader = reader_of(site, database, session.addresses.front());
    store::AccountAddresses addresses{database};
    const bool is_post = request.method == Method::Post;
    if (!is_post || !addresses.confirm(token, link, request.client)) {
        const auto offer = addresses.of_link(token, link);
        return offer ? offer_page(site, reader, *offer, link) : dead_link(site, reader);
    }
    log::info("address added", {{"account", session.account}, {"client", request.client}});
    return see_other(site.prefix + "/account/settings?done=added");
}

}  // namespace lazaret::portal
