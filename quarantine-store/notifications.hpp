#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/settings.hpp"
#include "quarantine-store/database.hpp"
#include "quarantine-store/reports.hpp"
#include "quarantine-store/requests.hpp"

namespace lazaret::store {

/// A short mail apart from the reports.
enum class NotificationKind {
    ReportNow,        ///< somebody wants a report of all that is held for him
    RequestMade,      ///< to the administrators: somebody asks for something
    RequestAnswered,  ///< to him: what became of it
    ReportsOff,       ///< once: mail is held for somebody who turned his reports off
    Password,         ///< somebody wants a link by which he can set his password
    Warned,           ///< a message from a sender of the warn list was held
    WarnedMore,       ///< so many were that no more of them are named for now
    Address,          ///< to an address that an account's owner wants to add to it: a link
};
std::string_view token(NotificationKind kind);

/// One that a run has taken on, so that no other sends it.
struct Notification {
    TenantId tenant = site_tenant;
    std::int64_t id = 0;
    NotificationKind kind = NotificationKind::ReportNow;
    AccountId account = 0;
    std::string mailbox;     ///< Address::key() of the person it is about
    std::string message_id;  ///< without brackets; the same whenever it is tried again
    int attempts = 0;        ///< this one, too
    Moment claimed{};        ///< when it was last said that it is ours
    int doubts = 0;          ///< earlier attempts that may have delivered it
    std::optional<Request> request;
    /// Address: who asks for it, the first address of the account; `mailbox` is the one to be
    /// added.
    std::string asked_by{};
    /// Password, Address: the secret of its link, made for this attempt and good for half an hour.
    /// Empty when it was asked for so long ago that nobody waits for it.
    std::string link_token{};
    /// Warned: the copy, as the reports show it; none when it is no longer held.
    std::optional<ReportRow> held{};
    Settings settings;  ///< of who gets it: of the mailbox; RequestMade: of the site
};

/// One line of `lazaretctl report status`.
struct NotificationStatus {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    NotificationKind kind = NotificationKind::ReportNow;
    std::string mailbox;
    std::string state;  ///< waiting, sending, sent, empty, failed
    Moment made{};
    int attempts = 0;
    std::string last_error;
};

/// The notifications that are to be sent, in the same order as reports: claim (committed), hand to
/// the MTA, mark (committed). What somebody already waits for is not noted a second time.
class Notifications {
public:
    /// So long after the first try what could not be sent is given up; it stays visible.
    static constexpr std::chrono::hours given_up_after{72};

    explicit Notifications(Database& database) : database_{database} {}

    /// Somebody wants a report now. @param mailbox  Address::key() of an address of the account.
    /// @return false when ten were sent within a day, or there is no such account: none comes.
    bool want_report(TenantId tenant, const std::string& mailbox);

    /// How often the caller looks. Who looks all the time leaves a pause after what failed, which
    /// doubles from a minute to a quarter of an hour; and he leaves ReportsOff to the others: it is
    /// in no hurry, and to find it is a look into the quarantine for each of them.
    enum class Looking { NowAndThen, AllTheTime };

    /// The numbers of all that can be taken on: what was tried least comes first, then in the order
    /// of their numbers, so that what fails each time keeps nothing waiting. Finds out first for
    /// which of the addresses that somebody wants a link for there is an account.
    std::vector<std::int64_t> waiting(Looking looking = Looking::NowAndThen);
    /// Takes on those of them that still wait, in the same order. Two runs at once never get the
    /// same one.
    std::vector<Notification> claim(std::span<const std::int64_t> numbers);
    /// As Reports::still_ours, right before it is handed over.
    bool still_ours(Notification& notification);
    void mark_sent(const Notification& notification);
    /// There was nothing to say (any more), or nobody to say it to.
    void mark_empty(const Notification& notification);
    /// The next run tries again. @param in_doubt  the MTA may have taken it.
    void mark_failed(const Notification& notification, const std::string& error,
                     bool in_doubt = false);
    /// It was not tried: the next run finds it as if it had not been taken on.
    void give_back(const Notification& notification);

    /// The newest first; only what still has to be sent when `only_open`.
    std::vector<NotificationStatus> status(std::size_t limit, bool only_open);

private:
    Database& database_;
};

}  // namespace lazaret::store
