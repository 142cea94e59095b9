#include "portal/account/frame.hpp"

#include <array>

#include "portal/notice.hpp"

namespace lazaret::portal {
namespace {

struct NavigationRow {
    AccountPage page;
    std::string_view path;
};

constexpr auto navigation = std::to_array<NavigationRow>({
    {AccountPage::Quarantine, "/account"},
    {AccountPage::Lists, "/account/lists"},
    {AccountPage::Delivered, "/account/delivered"},
    {AccountPage::Statistics, "/account/statistics"},
    {AccountPage::Settings, "/account/settings"},
    {AccountPage::Sessions, "/account/sessions"},
    {AccountPage::Help, "/account/help"},
});

std::string label(const Words& words, AccountPage page)
{
    switch (page) {
        case AccountPage::Quarantine: return words("Quarantine");
        case AccountPage::Lists: return words("Lists");
        case AccountPage::Delivered: return words("Delivered");
        case AccountPage::Statistics: return words("Statistics");
        case AccountPage::Settings: return words("Settings");
        case AccountPage::Sessions: return words("Where you are signed in");
        case AccountPage::Help: return words("Help");
    }
    return {};
}

}  // namespace

Fill account_fill(const Site& site, const Reader& reader, AccountPage page,
                  const std::string& title)
{
    const auto& words = reader.words;
    auto fill = page_fill(site, reader, title);
    fill.set("L_NAVIGATION", words("Your account"));
    fill.set("LEAVE", site.prefix + "/account/leave");
    fill.set("L_LEAVE", words("Leave"));
    for (const auto& row : navigation) {
        auto& place = fill.add("PLACE");
        place.set("PLACE_LINK", site.prefix + std::string{row.path});
        place.set("PLACE_NAME", label(words, row.page));
        if (row.page == page) place.show("CURRENT");
    }
    return fill;
}

Response account_response(const Site& site, const std::string& name, const Fill& fill)
{
    Response response{.body = site.templates.text(name, fill)};
    protect(response, Document::Page);
    return response;
}

}  // namespace lazaret::portal
