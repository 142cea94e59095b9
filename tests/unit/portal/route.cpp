#include "portal/route.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret::portal;
using Place = Route::Place;

TEST_CASE("a path leads to one place, or nowhere", "[portal]")
{
    struct Row {
        const char* says;
        std::string path;
        Route route;
    };
    const auto row = GENERATE(values<Row>({
        {"a copy", "/m/k1.Ab-_9", {Place::Copy, "k1.Ab-_9", {}}},
        {"a press", "/m/c/release", {Place::Copy, "c", Press::Release}},
        {"its preview", "/m/c/preview", {Place::Preview, "c", {}}},
        {"the account", "/a/c", {Place::Open, "c", {}}},
        {"unsubscribe", "/u/c", {Place::Unsubscribe, "c", {}}},
        {"the session's page", "/account", {Place::Quarantine, {}, {}}},
        {"a page that was once", "/account/2", {}},
        {"a confirmation", "/account/confirm", {Place::Confirm, {}, {}}},
        {"a deed", "/account/act", {Place::Act, {}, {}}},
        {"a report", "/account/report", {Place::Report, {}, {}}},
        {"the lists", "/account/lists", {Place::Lists, {}, {}}},
        {"the help", "/account/help", {Place::Help, {}, {}}},
        {"no such page", "/account/lists/x", {}},
        {"not the account", "/accounts", {}},
        {"leave", "/account/leave", {Place::Leave, {}, {}}},
        {"sign in", "/account/sign-in", {.place = Place::Entry, .door = Door::SignIn}},
        {"a link to a password",
         "/p/" + std::string(43, 'A'),
         {.place = Place::Entry, .claim = std::string(43, 'A'), .door = Door::Choose}},
        {"a link that is cut", "/p/" + std::string(42, 'A'), {}},
        {"a link with more behind", "/p/" + std::string(43, 'A') + "/", {}},
        {"no link", "/p/", {}},
        {"sign out everywhere",
         "/account/sessions/end-all",
         {.place = Place::Entry, .door = Door::EndSessions}},
        {"the second step", "/account/code", {.place = Place::Entry, .door = Door::Code}},
        {"removing it",
         "/account/factor/remove",
         {.place = Place::Entry, .door = Door::RemoveFactor}},
        {"a second step that is demanded",
         "/account/code/new",
         {.place = Place::Entry, .door = Door::NewCode}},
        {"to a provider", "/account/openid", {.place = Place::Entry, .door = Door::OpenId}},
        {"from a provider",
         "/account/openid/back",
         {.place = Place::Entry, .door = Door::OpenIdBack}},
        {"a provider by its path", "/account/openid/back/x", {}},
        {"a session by its path", "/account/sessions/1", {}},
        {"an account's new report", "/a/c/fresh", {Place::Open, "c", Press::Fresh}},
        {"lists as a table", "/account/lists.csv", {Place::ListsTable, {}, {}}},
        {"a list's change",
         "/account/lists/remove",
         {.place = Place::ChangeList, .change = ListChange::Remove}},
        {"no change", "/account/lists/forget", {}},
        {"what was delivered", "/account/delivered", {Place::Delivered, {}, {}}},
        {"a vote on it", "/account/delivered/vote", {Place::Vote, {}, {}}},
        {"what a mail server says", "/vote/spam", {.place = Place::MailVote, .is_spam = true}},
        {"the other", "/vote/ham", {.place = Place::MailVote}},
        {"neither", "/vote/spam/", {}},
        {"statistics", "/account/statistics", {Place::Statistics, {}, {}}},
        {"statistics by months",
         "/account/statistics/months",
         {.place = Place::Statistics, .span = Span::Month}},
        {"the settings", "/account/settings", {.place = Place::Settings}},
        {"an address to be added",
         "/account/address/add",
         {.place = Place::Settings, .part = SettingsPart::AddAddress}},
        {"an address to be removed",
         "/account/address/remove",
         {.place = Place::Settings, .part = SettingsPart::RemoveAddress}},
        {"a link to an address",
         "/account/address/" + std::string(43, 'A'),
         {.place = Place::Settings,
          .claim = std::string(43, 'A'),
          .part = SettingsPart::ConfirmAddress}},
        {"such a link that is cut", "/account/address/" + std::string(42, 'A'), {}},
        {"no such link", "/account/address/", {}},
        {"the delegates", "/account/delegates", {.place = Place::Delegates}},
        {"who gets reports",
         "/account/delegates/reports",
         {.place = Place::ChangeDelegates, .delegates = DelegateChange::Reports}},
        {"who sees what was delivered",
         "/account/delegates/delivered",
         {.place = Place::ChangeDelegates, .delegates = DelegateChange::Delivered}},
        {"another's quarantine", "/account/visit", {.place = Place::Visit}},
        {"home again", "/account/visit/end", {.place = Place::EndVisit}},
        {"requests", "/account/requests", {.place = Place::Requests}},
        {"a trace", "/account/trace", {.place = Place::Trace}},
        {"no span", "/account/statistics/years", {}},
        {"the style", "/style-1d4eA9.css", {Place::StyleSheet, {}, {}, "#1d4eA9"}},
        {"a logo", "/logo/town-2.png", {Place::Logo, {}, {}, {}, "town-2.png"}},
        {"a logo elsewhere", "/logo/../town.png", {}},
        {"a logo of another kind", "/logo/town.svg", {}},
        {"no logo", "/logo/.png", {}},
        {"no colour", "/style-red.css", {}},
        {"a colour with more", "/style-1d4ea9;}.css", {}},
        {"no style", "/style-.css", {}},
        {"nothing", "", {}},
        {"the root", "/", {}},
        {"no claim", "/m/", {}},
        {"no such press", "/m/c/explode", {}},
        {"press in capitals", "/m/c/Release", {}},
        {"too deep", "/m/c/release/x", {}},
        {"a slash behind", "/m/c/", {}},
        {"a dot path", "/m/../a", {}},
        {"NUL", std::string("/m/c\0", 5), {}},
        {"a line end", "/m/c\n/release", {}},
        {"a long claim", "/m/" + std::string(101, 'a'), {}},
        {"press of an account", "/a/c/release", {}},
    }));
    DYNAMIC_SECTION(row.says) { CHECK((route_of(row.path) == row.route)); }
}

TEST_CASE("what changes something is not opened by GET", "[portal]")
{
    for (const auto* path :
         {"/account/act", "/account/report", "/account/leave", "/account/lists/add",
          "/account/delivered/vote", "/account/delegates/add", "/account/visit",
          "/account/visit/end", "/account/address/add", "/account/sessions/end", "/account/code"}) {
        INFO(path);
        CHECK_FALSE(takes_get(route_of(path)));
        CHECK(takes_post(route_of(path)));
    }
    for (const auto* path : {"/account", "/account/lists", "/account/trace", "/account/help",
                             "/m/c", "/m/c/look", "/m/c/preview", "/style-1d4ea9.css"}) {
        INFO(path);
        CHECK(takes_get(route_of(path)));
        CHECK_FALSE(takes_post(route_of(path)));
    }
}
