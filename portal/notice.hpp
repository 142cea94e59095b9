#pragma once

#include <map>
#include <string>

#include "portal/reader.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

namespace lazaret::portal {

/// A page that says one thing, calmly, and may have one button.
struct Notice {
    int status = 200;
    std::string title;
    std::string text;
    std::string action{};  ///< where its button posts to; empty: there is none
    std::string button{};
    std::string link{};  ///< a page to go to instead; empty: there is none
    std::string link_text{};
    std::map<std::string, std::string> fields{};  ///< what the button sends along
    bool link_in_new_window = false;              ///< so that the button stays
};
Response notice_page(const Site& site, const Reader& reader, const Notice& notice);
/// One with a link to the page for signing in.
Notice sign_in_notice(const Site& site, const Reader& reader, int status, std::string title,
                      std::string text);

/// What every page begins with.
Fill page_fill(const Site& site, const Reader& reader, const std::string& title);

/// Whether the link, however old, may still order a new report: not for ever.
bool may_order_report(const Site& site, std::string_view claim);
/// Orders a report for the account of a mailbox (Address::key()), and says whether one comes.
Response order_report(const Site& site, store::Database& database, const Reader& reader,
                      TenantId tenant, const std::string& mailbox);

/// The pages for what cannot be, in words that blame nobody.
Response nothing_here(const Site& site, const Reader& reader);
Response bad_link(const Site& site, const Reader& reader);
Response wrong_method(const Site& site, const Reader& reader, const std::string& allowed);
Response too_often(const Site& site, const Reader& reader);
Response too_large(const Site& site, const Reader& reader);
/// The message was kept for its time.
Response gone(const Site& site, const Reader& reader);
Response lists_full(const Site& site, const Reader& reader);
/// The sentence of the last: for a page that has more to say.
std::string lists_are_full(const Words& words);
Response try_later(const Site& site, const Reader& reader);
Response our_mistake(const Site& site, const Reader& reader);

}  // namespace lazaret::portal
