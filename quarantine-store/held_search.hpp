#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// By what a list of an account's copies is sorted.
enum class HeldOrder {
    Date,    ///< the newest first
    Score,   ///< the highest first
    Sender,  ///< by the name that is shown, in small letters
};

/// Where one row stands in its order: what a page begins or ends with. It stays true while mail
/// comes and goes, which a count of rows does not.
struct HeldPlace {
    /// By date: microseconds; by score: the number; by sender: its text. In the database's own
    /// writing, and not to be changed.
    std::string key{};
    Reference reference;

    bool operator==(const HeldPlace&) const = default;
};

/// A place that a browser sent: none when no row of this order can stand there.
std::optional<HeldPlace> held_place(HeldOrder order, std::string_view key,
                                    std::string_view reference);

/// What an administrator looks for in all of a tenant, or of the site.
struct RealmSearch {
    std::string session_token{};  ///< his; where he administers nothing there is nothing
    std::string recipient{};      ///< stands in the recipient's address
};

/// What somebody looks for among the copies of his account; all conditions hold at once. What was
/// refused at SMTP and kept is never among them: that is an administrator's, who finds it in a
/// realm.
struct HeldSearch {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    std::optional<RealmSearch> realm{};  ///< all of the tenant instead; of site_tenant: of all
    std::string mailbox{};               ///< one address of the account; empty: all
    std::optional<Class> verdict{};
    std::optional<Moment> since{};                     ///< received at or after
    std::optional<Moment> until{};                     ///< received at or before
    std::optional<CopyState> state = CopyState::Held;  ///< Held: Releasing too; none: whatever
    std::string text{};  ///< stands in sender or subject, in small letters or large
    HeldOrder order = HeldOrder::Date;
};

/// A row of a list.
struct HeldRow {
    HeldSummary copy;  ///< sender and subject cut as the list shows them; its size is 0
    AccountId account = 0;
    std::optional<Moment> changed{};  ///< when a person last acted on it
    std::string changed_by{};
    std::string key{};  ///< of its HeldPlace

    [[nodiscard]] HeldPlace place() const { return {key, copy.reference}; }
};

/// Which way a page goes from a place.
enum class Turn { Onwards, Back };

/// So many rows behind `from`, or before it; from the beginning without. Always in the order of the
/// search. Cost by date: an index look-up a day and the rows; else all rows of the account. In a
/// realm by date, words of three letters or more by their trigrams.
std::vector<HeldRow> held_rows(Database& database, const HeldSearch& search,
                               const std::optional<HeldPlace>& from, Turn turn, std::size_t limit);

struct HeldPage {
    std::vector<HeldRow> rows;
    std::size_t count = 0;  ///< of all that match, no further than asked
};
/// Rows and count together, for less than one after the other.
HeldPage held_page(Database& database, const HeldSearch& search,
                   const std::optional<HeldPlace>& from, Turn turn, std::size_t limit,
                   std::size_t most_counted);

/// How many there are; it counts no further than `most`.
std::size_t held_count(Database& database, const HeldSearch& search, std::size_t most);

/// Where they stand by date, whatever the order of the search: their names, the newest first.
std::vector<HeldPlace> held_places(Database& database, const HeldSearch& search, std::size_t most);

/// What was refused at SMTP for the addresses of an account.
struct RefusalSearch {
    TenantId tenant = site_tenant;
    std::vector<std::string> mailboxes{};
    std::optional<Class> verdict{};
    std::optional<Moment> since{};
    std::string text{};  ///< stands in the envelope sender
};

struct RefusedRow {
    Moment when{};
    std::string sender{};
    std::string mailbox{};
    Class verdict = Class::Spam;
    double score = 0.0;
    std::vector<Hit> hits{};
    Action action = Action::Refuse;  ///< Discard: its sender was not told
    HeldPlace place;
};

/// As held_rows(), the newest first.
std::vector<RefusedRow> refused_rows(Database& database, const RefusalSearch& search,
                                     const std::optional<HeldPlace>& from, Turn turn,
                                     std::size_t limit);

}  // namespace lazaret::store
