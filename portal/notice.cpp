#include "portal/notice.hpp"

namespace lazaret::portal {

Fill page_fill(const Site& site, const Words& words, const std::string& title)
{
    const auto& language = words.language();
    Fill fill;
    fill.set("LANG", std::string{language.code});
    fill.set("DIR", language.right_to_left ? "rtl" : "ltr");
    fill.set("STYLE", site.prefix + "/style.css");
    fill.set("TITLE", title);
    fill.set("SITE", site.name.empty() ? words("Quarantine") : site.name);
    return fill;
}

Response notice_page(const Site& site, const Words& words, const Notice& notice)
{
    auto fill = page_fill(site, words, notice.title);
    fill.set("TEXT", notice.text);
    if (!notice.action.empty())
        fill.add("BUTTON").set("ACTION", notice.action).set("LABEL", notice.button);
    Response response{.status = notice.status, .body = site.templates.text("notice.html", fill)};
    protect(response, Document::Page);
    return response;
}

Response nothing_here(const Site& site, const Words& words)
{
    return notice_page(site, words,
                       {404, words("There is nothing here"),
                        words("Open the link in your report again. If it was broken over two "
                              "lines, copy all of it.")});
}

Response bad_link(const Site& site, const Words& words)
{
    return notice_page(site, words,
                       {403, words("This link does not work"),
                        words("It may have been cut or changed on its way, or it is too old. Open "
                              "the link in your newest report; nothing was changed.")});
}

Response wrong_method(const Site& site, const Words& words, const std::string& allowed)
{
    auto response = notice_page(site, words,
                                {405, words("This cannot be done here"),
                                 words("Open the link in your report with a web browser.")});
    response.headers.emplace_back("Allow", allowed);
    return response;
}

Response too_often(const Site& site, const Words& words)
{
    auto response = notice_page(site, words,
                                {429, words("Too many requests"),
                                 words("Wait a minute, then try again. Nothing was changed.")});
    response.headers.emplace_back("Retry-After", "60");
    return response;
}

Response too_large(const Site& site, const Words& words)
{
    return notice_page(site, words,
                       {413, words("That was too long"),
                        words("Go back and write a shorter comment. Nothing was changed.")});
}

Response try_later(const Site& site, const Words& words)
{
    auto response =
        notice_page(site, words,
                    {503, words("Please try again in a few minutes"),
                     words("The quarantine cannot be reached at the moment. Your messages are "
                           "safe.")});
    response.headers.emplace_back("Retry-After", "120");
    return response;
}

Response our_mistake(const Site& site, const Words& words)
{
    return notice_page(site, words,
                       {500, words("Something went wrong"),
                        words("The mistake is ours, and it was noted. Try again later; if it "
                              "stays, tell your administrator.")});
}

}  // namespace lazaret::portal
