#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/verdict.hpp"
#include "portal/account/statistics.hpp"
#include "portal/entry.hpp"

namespace lazaret::portal {

/// What a person can press on the page of a held copy.
enum class Press {
    Release,
    Look,  ///< a link of the report only: the page shows the message
    Newsletter,
    Allow,
    Adjust,
    Ask,  ///< ask an administrator to release
    Block,
    Delete,
    Forget,  ///< take back a list entry that a link made
    Fresh,   ///< a new report
};
inline constexpr std::size_t press_count = 10;

/// Everything known about a press, once.
struct PressInfo {
    Press id;
    std::string_view path;      ///< as in /m/CLAIM/path
    std::optional<Deed> right;  ///< asked through may(); none: all who have the claim
};
const PressInfo& info(Press id);
std::optional<Press> press_of(std::string_view path);

/// What a form of the lists' page does.
enum class ListChange { Add, Import, Enable, Disable, Remove };

/// What a form of the newsletters' page does.
enum class NewsletterChange { Accept, Stop, Block };

/// What stands below the page of settings.
enum class SettingsPart { All, AddAddress, RemoveAddress, ConfirmAddress };

/// What a form of the delegates' page does.
enum class DelegateChange { Add, Remove, Reports, Delivered };

/// Where mail servers bring votes: portal/mail_vote.hpp.
inline constexpr std::string_view mail_vote_spam = "/vote/spam";
inline constexpr std::string_view mail_vote_ham = "/vote/ham";

/// Where a path leads.
struct Route {
    enum class Place {
        Nowhere,
        Copy,              ///< /m/CLAIM, /m/CLAIM/PRESS
        Preview,           ///< /m/CLAIM/preview
        Open,              ///< /a/CLAIM: opens a session; /a/CLAIM/fresh
        Unsubscribe,       ///< /u/CLAIM
        Quarantine,        ///< /account: the session's held copies
        Confirm,           ///< /account/confirm: what will be done to many
        Act,               ///< /account/act: does it
        Report,            ///< /account/report: orders one
        Newsletters,       ///< /account/newsletters
        ChangeNewsletter,  ///< /account/newsletters/accept and its like: `newsletter`
        EndNewsletter,     ///< /account/newsletters/unsubscribe
        Lists,             ///< /account/lists
        ListsTable,        ///< /account/lists.csv
        ChangeList,        ///< /account/lists/add and its like: `change`
        Delivered,         ///< /account/delivered: what was delivered of late
        Vote,              ///< /account/delivered/vote: one of these was spam, or was not
        AnswerProposal,    ///< /account/delivered/proposal: whom to block for it
        Statistics,        ///< /account/statistics, and weeks or months behind it: `span`
        Settings,          ///< /account/settings, /account/address/...: `part`
        Delegates,         ///< /account/delegates: who else sees the account
        ChangeDelegates,   ///< /account/delegates/add and its like: `delegates`
        Others,            ///< /account/others: whose guest one may be
        Visit,             ///< /account/visit: to become one
        EndVisit,          ///< /account/visit/end
        AnswerHost,        ///< /account/others/agree, /account/others/leave: `agrees`
        Requests,          ///< /account/requests: of what one administers; a POST answers one
        Trace,             ///< /account/trace: where its mail went
        Help,              ///< /account/help
        Leave,             ///< /account/leave
        Entry,             ///< getting in and out: portal/entry.hpp
        MailVote,          ///< /vote/spam, /vote/ham: what a mail server says; `is_spam`
        Logo,              ///< /logo/NAME
        StyleSheet,        ///< /style-1d4e89.css: with the colour of the head
    };
    Place place = Place::Nowhere;
    std::string claim{};  ///< looks like one; nothing in it is believed
    std::optional<Press> press{};
    std::string colour{};        ///< `#1d4e89`
    std::string logo{};          ///< is_logo_name()
    std::optional<Door> door{};  ///< of Entry; for Choose its token stands in `claim`
    ListChange change = ListChange::Add;
    NewsletterChange newsletter = NewsletterChange::Accept;
    Span span = Span::Day;
    SettingsPart part = SettingsPart::All;  ///< of ConfirmAddress the token stands in `claim`
    DelegateChange delegates = DelegateChange::Add;
    bool agrees = false;    ///< to get the reports of a host
    bool is_spam = false;   ///< of MailVote
    bool of_realm = false;  ///< the same page of an administrator: /account/tenant...

    bool operator==(const Route&) const = default;
};

inline constexpr std::size_t place_count = 34;

/// Everything known about a place, once.
struct PlaceInfo {
    Route::Place id;
    std::string_view name;  ///< for the log
    bool shows = true;      ///< answers GET
    bool acts = false;      ///< answers POST
};
const PlaceInfo& info(Route::Place id);

/// Whether a route answers GET, and POST.
bool takes_get(const Route& route);
bool takes_post(const Route& route);

/// Every path that has nothing of a link, a logo or a colour in it: who goes through them forgets
/// no page.
std::vector<std::string> plain_paths();

/// Takes any bytes; what is not exactly one of ours leads nowhere.
Route route_of(std::string_view path);

}  // namespace lazaret::portal
