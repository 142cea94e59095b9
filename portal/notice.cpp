#include "portal/notice.hpp"

#include <fmt/format.h>

#include <utility>

#include "portal/entry.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/notifications.hpp"

namespace lazaret::portal {

Fill page_fill(const Site& site, const Reader& reader, const std::string& title)
{
    const auto& words = reader.words;
    const auto& look = reader.look;
    const auto& language = words.language();
    Fill fill;
    fill.set("LANG", std::string{language.code});
    fill.set("DIR", language.right_to_left ? "rtl" : "ltr");
    fill.set("STYLE", fmt::format("{}/style-{}.css", site.prefix, look.colour.substr(1)));
    fill.set("TITLE", title);
    fill.set("COLON", words.colon());
    fill.set("SITE", look.name.empty() ? words("Quarantine") : look.name);
    if (!look.logo.empty() && site.logos.find(look.logo))
        fill.add("LOGO").set("LOGO_SOURCE", site.prefix + "/logo/" + look.logo);
    if (!look.help_url.empty())
        fill.add("HELP").set("HELP_URL", look.help_url).set("L_HELP", words("Help"));
    if (!look.footer.empty()) fill.add("FOOTER").set("FOOTER_TEXT", look.footer);
    return fill;
}

Response notice_page(const Site& site, const Reader& reader, const Notice& notice)
{
    auto fill = page_fill(site, reader, notice.title);
    fill.set("TEXT", notice.text);
    if (!notice.link.empty()) {
        // What is to be done before the button is pressed stands before it.
        auto& link = fill.add(notice.link_in_new_window ? "FIRST_LINK" : "LINK");
        link.set("LINK_URL", notice.link).set("LINK_TEXT", notice.link_text);
    }
    if (!notice.action.empty()) {
        auto& button = fill.add("BUTTON");
        button.set("ACTION", notice.action).set("LABEL", notice.button);
        for (const auto& [name, value] : notice.fields)
            button.add("FIELD").set("NAME", name).set("VALUE", value);
    }
    Response response{.status = notice.status, .body = site.templates.text("notice.html", fill)};
    protect(response, Document::Page);
    return response;
}

Notice sign_in_notice(const Site& site, const Reader& reader, int status, std::string title,
                      std::string text)
{
    Notice notice{status, std::move(title), std::move(text)};
    notice.link = site.prefix + std::string{info(Door::SignIn).path};
    notice.link_text = reader.words("Sign in");
    return notice;
}

bool may_order_report(const Site& site, std::string_view claim)
{
    return store::open_claim(site.keys, claim, site.now() - store::orders_a_report).has_value();
}

Response order_report(const Site& site, store::Database& database, const Reader& reader,
                      TenantId tenant, const std::string& mailbox)
{
    if (!store::Notifications{database}.want_report(tenant, mailbox))
        return notice_page(
            site, reader,
            {429, reader.words("No more reports for now"),
             reader.words("Ten were sent to you within a day, which is the most. Use the newest "
                          "one, or ask again tomorrow.")});
    return notice_page(site, reader,
                       {200, reader.words("A new report is on its way"),
                        reader.words("It is sent to your address. That may take up to a quarter "
                                     "of an hour.")});
}

Response nothing_here(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        {404, reader.words("There is nothing here"),
         reader.words("Open the link in your report again. If it was broken over two "
                      "lines, copy all of it.")});
}

Response bad_link(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        {403, reader.words("This link does not work"),
         reader.words("It may have been cut or changed on its way, or it is too old. Open "
                      "the link in your newest report; nothing was changed.")});
}

Response wrong_method(const Site& site, const Reader& reader, const std::string& allowed)
{
    auto response = notice_page(site, reader,
                                {405, reader.words("This cannot be done here"),
                                 reader.words("Open the link in your report with a web browser.")});
    response.headers.emplace_back("Allow", allowed);
    return response;
}

Response too_often(const Site& site, const Reader& reader)
{
    auto response =
        notice_page(site, reader,
                    {429, reader.words("Too many requests"),
                     reader.words("Wait a minute, then try again. Nothing was changed.")});
    response.headers.emplace_back("Retry-After", "60");
    return response;
}

Response too_large(const Site& site, const Reader& reader)
{
    return notice_page(site, reader,
                       {413, reader.words("That was too long"),
                        reader.words("Go back and write less at once. Nothing was changed.")});
}

Response gone(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        {410, reader.words("This message is no longer here"),
         reader.words("It was kept for its time and then deleted. What is held for you "
                      "now stands in your newest report.")});
}

std::string lists_are_full(const Words& words)
{
    return words("Your lists are full. Remove entries that you no longer need.");
}

Response lists_full(const Site& site, const Reader& reader)
{
    Notice notice{409, reader.words("Nothing was changed"), lists_are_full(reader.words)};
    notice.link = site.prefix + "/account/lists";
    notice.link_text = reader.words("Lists");
    return notice_page(site, reader, notice);
}

Response try_later(const Site& site, const Reader& reader)
{
    auto response = notice_page(
        site, reader,
        {503, reader.words("Please try again in a few minutes"),
         reader.words("The quarantine cannot be reached at the moment. Your messages are "
                      "safe.")});
    response.headers.emplace_back("Retry-After", "120");
    return response;
}

Response our_mistake(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        {500, reader.words("Something went wrong"),
         reader.words("The mistake is ours, and it was noted. Try again later; if it "
                      "stays, tell your administrator.")});
}

}  // namespace lazaret::portal
