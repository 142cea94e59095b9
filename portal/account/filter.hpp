#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/words/words.hpp"
#include "portal/account/visit.hpp"
#include "quarantine-store/held_search.hpp"

namespace lazaret::portal {

/// From when on mail is shown: today begins at the reader's midnight; a week and a month are seven
/// and thirty times 24 hours.
enum class Period { All, Today, Week, Month };
/// Which mail is shown.
enum class Showing { Held, Released, Deleted, Everything, Refused };

/// What the address of the quarantine's page says: what is shown, in which order, from where on.
///
/// It travels as fields of forms and links and is a browser's word: what is no field of ours, or
/// says what none can, counts as not there.
struct QuarantineFilter {
    std::string account{};    ///< account_field() of a realm; empty: of an account
    std::string address{};    ///< one of the account's; empty: all
    std::string recipient{};  ///< of a realm: stands in the recipient's address; at most 100 bytes
    std::optional<Class> verdict{};
    Period period = Period::All;
    Showing shown = Showing::Held;
    std::string text{};  ///< at most 100 bytes
    store::HeldOrder order = store::HeldOrder::Date;
    std::optional<store::HeldPlace> from{};
    store::Turn turn = store::Turn::Onwards;

    using Fields = std::map<std::string, std::string>;
    static QuarantineFilter read(const Fields& fields, const Visit& visit);

    /// The fields that are not as they are without saying; with the place, or without.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> fields(bool with_place) const;
    /// The same as the query of an address: `?state=all&sort=score`, or nothing; of a realm with
    /// its own field before them.
    [[nodiscard]] std::string query(bool with_place) const;
    /// The same at another place.
    [[nodiscard]] QuarantineFilter at(store::HeldPlace place, store::Turn way) const;

    [[nodiscard]] store::HeldSearch search(const Visit& visit, const Words& words,
                                           Moment now) const;
    [[nodiscard]] store::RefusalSearch refusals(const Visit& visit, const Words& words,
                                                Moment now) const;
    /// Whether it shows less than all of `shown`.
    [[nodiscard]] bool is_narrow() const;
};

/// The words of an address's field.
std::string_view token(Period period);
std::string_view token(Showing shown);
std::string_view token(store::HeldOrder order);

}  // namespace lazaret::portal
