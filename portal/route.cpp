#include "portal/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/enum_table.hpp"
#include "base/records/look.hpp"
#include "quarantine-store/link/secret_token.hpp"

namespace lazaret::portal {
namespace {

using Place = Route::Place;

constexpr std::string_view account_path = "/account";
constexpr std::size_t longest_claim = 100;  // characters; those we make have at most 60

constexpr auto presses = std::to_array<PressInfo>({
    {Press::Release, "release", Deed::Release},
    {Press::Look, "look", Deed::LookText},
    {Press::Newsletter, "newsletter", Deed::AcceptNewsletter},
    {Press::Allow, "allow", Deed::Allow},
    {Press::Adjust, "adjust", Deed::AskAdjustment},
    {Press::Ask, "ask", Deed::RequestRelease},
    {Press::Block, "block", Deed::Block},
    {Press::Delete, "delete", Deed::Delete},
    {Press::Forget, "forget", std::nullopt},
    {Press::Fresh, "fresh", std::nullopt},
});

static_assert(in_enum_order(presses, press_count), "one row per Press, in the order of the enum");

constexpr auto places = std::to_array<PlaceInfo>({
    {.id = Place::Nowhere, .name = "nowhere"},
    {.id = Place::Copy, .name = "copy", .acts = true},
    {.id = Place::Preview, .name = "preview"},
    {.id = Place::Open, .name = "open", .acts = true},
    {.id = Place::Unsubscribe, .name = "unsubscribe", .acts = true},
    {.id = Place::Quarantine, .name = "quarantine"},
    {.id = Place::Confirm, .name = "confirm"},
    {.id = Place::Act, .name = "act", .shows = false, .acts = true},
    {.id = Place::Report, .name = "report", .shows = false, .acts = true},
    {.id = Place::Newsletters, .name = "newsletters"},
    {.id = Place::ChangeNewsletter, .name = "change newsletter", .shows = false, .acts = true},
    {.id = Place::EndNewsletter, .name = "end newsletter", .acts = true},
    {.id = Place::Lists, .name = "lists"},
    {.id = Place::ListsTable, .name = "lists table"},
    {.id = Place::ChangeList, .name = "change list", .shows = false, .acts = true},
    {.id = Place::Delivered, .name = "delivered"},
    {.id = Place::Vote, .name = "vote", .shows = false, .acts = true},
    {.id = Place::AnswerProposal, .name = "answer proposal", .shows = false, .acts = true},
    {.id = Place::Statistics, .name = "statistics"},
    {.id = Place::Settings, .name = "settings", .acts = true},
    {.id = Place::Delegates, .name = "delegates"},
    {.id = Place::ChangeDelegates, .name = "change delegates", .shows = false, .acts = true},
    {.id = Place::Others, .name = "others"},
    {.id = Place::Visit, .name = "visit", .shows = false, .acts = true},
    {.id = Place::EndVisit, .name = "end visit", .shows = false, .acts = true},
    {.id = Place::AnswerHost, .name = "answer host", .shows = false, .acts = true},
    {.id = Place::Requests, .name = "requests", .acts = true},
    {.id = Place::Trace, .name = "trace"},
    {.id = Place::Help, .name = "help"},
    {.id = Place::Leave, .name = "leave", .shows = false, .acts = true},
    {.id = Place::Entry, .name = "entry", .acts = true},
    {.id = Place::MailVote, .name = "mail vote", .shows = false, .acts = true},
    {.id = Place::Logo, .name = "logo"},
    {.id = Place::StyleSheet, .name = "style"},
});

static_assert(in_enum_order(places, place_count), "one row per Place, in the order of the enum");

bool is_claim(std::string_view text)
{
    return !text.empty() && text.size() <= longest_claim &&
           text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
               "0123456789-_.") == std::string_view::npos;
}

// What stands behind /m/: CLAIM, CLAIM/PRESS or CLAIM/preview.
Route copy_route(std::string_view rest)
{
    const auto slash = rest.find('/');
    const auto claim = rest.substr(0, slash);
    if (!is_claim(claim)) return {};
    if (slash == std::string_view::npos) return {Place::Copy, std::string{claim}, {}};
    const auto behind = rest.substr(slash + 1);
    if (behind == "preview") return {Place::Preview, std::string{claim}, {}};
    const auto press = press_of(behind);
    if (!press) return {};
    return {Place::Copy, std::string{claim}, press};
}

// What stands behind /a/: CLAIM or CLAIM/fresh.
Route account_route(std::string_view rest)
{
    const auto claim = rest.substr(0, rest.find('/'));
    if (!is_claim(claim)) return {};
    const auto behind = rest.substr(claim.size());
    if (behind.empty()) return {Place::Open, std::string{claim}, {}};
    if (behind == "/fresh") return {Place::Open, std::string{claim}, Press::Fresh};
    return {};
}

// Of the path of a style sheet.
std::optional<std::string> colour_of(std::string_view path)
{
    constexpr std::string_view before = "/style-";
    constexpr std::string_view behind = ".css";
    if (!path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
    path.remove_prefix(before.size());
    const auto colour = '#' + std::string{path.substr(0, path.size() - behind.size())};
    if (!is_colour(colour)) return std::nullopt;
    return colour;
}

// A page, by what stands behind /account; an administrator's twin stands behind /account/tenant.
struct Page {
    std::string_view path;
    Place place;
    ListChange change = ListChange::Add;
    Span span = Span::Day;
    SettingsPart part = SettingsPart::All;
    DelegateChange delegates = DelegateChange::Add;
    bool agrees = false;
    bool is_of_realms = false;  // an administrator has it as well
    NewsletterChange newsletter = NewsletterChange::Accept;
};

constexpr auto pages = std::to_array<Page>({
    {.path = "", .place = Place::Quarantine, .is_of_realms = true},
    {.path = "/confirm", .place = Place::Confirm, .is_of_realms = true},
    {.path = "/act", .place = Place::Act, .is_of_realms = true},
    {"/report", Place::Report},
    {"/newsletters", Place::Newsletters},
    {"/newsletters/accept", Place::ChangeNewsletter},
    {.path = "/newsletters/stop",
     .place = Place::ChangeNewsletter,
     .newsletter = NewsletterChange::Stop},
    {.path = "/newsletters/block",
     .place = Place::ChangeNewsletter,
     .newsletter = NewsletterChange::Block},
    {"/newsletters/unsubscribe", Place::EndNewsletter},
    {.path = "/lists", .place = Place::Lists, .is_of_realms = true},
    {"/lists.csv", Place::ListsTable},
    {.path = "/lists/add", .place = Place::ChangeList, .is_of_realms = true},
    {"/lists/import", Place::ChangeList, ListChange::Import},
    {.path = "/lists/enable",
     .place = Place::ChangeList,
     .change = ListChange::Enable,
     .is_of_realms = true},
    {.path = "/lists/disable",
     .place = Place::ChangeList,
     .change = ListChange::Disable,
     .is_of_realms = true},
    {.path = "/lists/remove",
     .place = Place::ChangeList,
     .change = ListChange::Remove,
     .is_of_realms = true},
    {"/delivered", Place::Delivered},
    {"/delivered/vote", Place::Vote},
    {"/delivered/proposal", Place::AnswerProposal},
    {.path = "/statistics", .place = Place::Statistics, .is_of_realms = true},
    {.path = "/statistics/weeks",
     .place = Place::Statistics,
     .span = Span::Week,
     .is_of_realms = true},
    {.path = "/statistics/months",
     .place = Place::Statistics,
     .span = Span::Month,
     .is_of_realms = true},
    {.path = "/settings", .place = Place::Settings, .is_of_realms = true},
    {.path = "/address/add", .place = Place::Settings, .part = SettingsPart::AddAddress},
    {.path = "/address/remove", .place = Place::Settings, .part = SettingsPart::RemoveAddress},
    {"/delegates", Place::Delegates},
    {.path = "/delegates/add", .place = Place::ChangeDelegates},
    {.path = "/delegates/remove",
     .place = Place::ChangeDelegates,
     .delegates = DelegateChange::Remove},
    {.path = "/delegates/reports",
     .place = Place::ChangeDelegates,
     .delegates = DelegateChange::Reports},
    {.path = "/delegates/delivered",
     .place = Place::ChangeDelegates,
     .delegates = DelegateChange::Delivered},
    {"/others", Place::Others},
    {.path = "/others/agree", .place = Place::AnswerHost, .agrees = true},
    {"/others/leave", Place::AnswerHost},
    {"/visit", Place::Visit},
    {"/visit/end", Place::EndVisit},
    {"/requests", Place::Requests},
    {"/trace", Place::Trace},
    {"/help", Place::Help},
    {"/leave", Place::Leave},
});

constexpr std::string_view of_realm = "/tenant";

// What stands behind /account.
Route page_route(std::string_view rest)
{
    const bool is_of_realm = rest.starts_with(of_realm);
    if (is_of_realm) rest.remove_prefix(of_realm.size());
    for (const auto& page : pages)
        if (page.path == rest && (page.is_of_realms || !is_of_realm))
            return {.place = page.place,
                    .change = page.change,
                    .newsletter = page.newsletter,
                    .span = page.span,
                    .part = page.part,
                    .delegates = page.delegates,
                    .agrees = page.agrees,
                    .of_realm = is_of_realm};
    constexpr std::string_view address = "/address/";
    if (!is_of_realm && rest.starts_with(address) &&
        store::looks_like_token(rest.substr(address.size())))
        return {.place = Place::Settings,
                .claim = std::string{rest.substr(address.size())},
                .part = SettingsPart::ConfirmAddress};
    return {};
}

}  // namespace

const PlaceInfo& info(Route::Place id) { return places[static_cast<std::size_t>(id)]; }

bool takes_get(const Route& route)
{
    if (route.place == Place::Entry) return info(*route.door).shows;
    if (route.place == Place::Settings)
        return route.part == SettingsPart::All || route.part == SettingsPart::ConfirmAddress;
    return info(route.place).shows;
}

bool takes_post(const Route& route)
{
    if (route.place == Place::Entry) return info(*route.door).acts;
    if (route.place == Place::Copy) return route.press.has_value() && *route.press != Press::Look;
    return info(route.place).acts;
}

const PressInfo& info(Press id) { return presses[static_cast<std::size_t>(id)]; }

std::optional<Press> press_of(std::string_view path)
{
    const auto found = std::find_if(presses.begin(), presses.end(),
                                    [&](const auto& row) { return row.path == path; });
    if (found == presses.end()) return std::nullopt;
    return found->id;
}

std::vector<std::string> plain_paths()
{
    std::vector<std::string> paths{std::string{mail_vote_spam}, std::string{mail_vote_ham}};
    for (const auto& page : pages) {
        paths.push_back(fmt::format("{}{}", account_path, page.path));
        if (page.is_of_realms)
            paths.push_back(fmt::format("{}{}{}", account_path, of_realm, page.path));
    }
    for (std::size_t at = 0; at < door_count; ++at)
        if (const auto door = static_cast<Door>(at); door != Door::Choose)
            paths.emplace_back(info(door).path);
    return paths;
}

Route route_of(std::string_view path)
{
    std::string_view token;
    if (const auto door = door_of(path, token))
        return {.place = Place::Entry, .claim = std::string{token}, .door = door};
    if (path.starts_with(account_path)) return page_route(path.substr(account_path.size()));
    if (path == mail_vote_spam || path == mail_vote_ham)
        return {.place = Place::MailVote, .is_spam = path == mail_vote_spam};
    if (const auto colour = colour_of(path)) return {Place::StyleSheet, {}, {}, *colour};
    if (path.starts_with("/logo/") && is_logo_name(path.substr(6)))
        return {Place::Logo, {}, {}, {}, std::string{path.substr(6)}};
    if (path.size() < 4 || path[0] != '/' || path[2] != '/') return {};
    const auto rest = path.substr(3);
    if (path[1] == 'm') return copy_route(rest);
    if (path[1] == 'a') return account_route(rest);
    if (path[1] == 'u' && is_claim(rest)) return {Place::Unsubscribe, std::string{rest}, {}};
    return {};
}

}  // namespace lazaret::portal
