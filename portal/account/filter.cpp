#include "portal/account/filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "portal/form.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;
using store::HeldOrder;
using store::HeldPlace;
using store::Turn;

constexpr std::size_t longest_text = 100;      // bytes of what is searched for
constexpr std::size_t reference_letters = 12;  // a place is `REFERENCE.KEY`

constexpr std::array periods{Period::All, Period::Today, Period::Week, Period::Month};
constexpr std::array all_shown{Showing::Held, Showing::Released, Showing::Deleted,
                               Showing::Everything, Showing::Refused};
constexpr std::array orders{HeldOrder::Date, HeldOrder::Score, HeldOrder::Sender};

// The one of a closed list that has this token, else the first.
template <class All>
auto one_of(const All& all, std::string_view text)
{
    const auto found =
        std::find_if(all.begin(), all.end(), [&](auto one) { return token(one) == text; });
    return found == all.end() ? all.front() : *found;
}

std::optional<HeldPlace> place_of(HeldOrder order, std::string_view text)
{
    if (text.size() <= reference_letters || text[reference_letters] != '.') return std::nullopt;
    return store::held_place(order, text.substr(reference_letters + 1),
                             text.substr(0, reference_letters));
}

// The moment from which on mail is of this period. Today begins at midnight where the reader is.
std::optional<Moment> beginning(Period period, const Words& words, Moment now)
{
    switch (period) {
        case Period::All: return std::nullopt;
        case Period::Week: return now - 24h * 7;
        case Period::Month: return now - 24h * 30;
        case Period::Today: break;
    }
    // Hours and minutes since midnight there; zones differ by quarters of an hour.
    auto begin = now - 24h;
    const auto today = words.date(now);
    while (begin < now && words.date(begin) != today) begin += 15min;
    return std::chrono::floor<std::chrono::minutes>(begin) -
           std::chrono::floor<std::chrono::minutes>(begin).time_since_epoch() % 15min;
}

}  // namespace

std::string_view token(Period period)
{
    switch (period) {
        case Period::All: return "all";
        case Period::Today: return "today";
        case Period::Week: return "week";
        case Period::Month: return "month";
    }
    return "";
}

std::string_view token(Showing shown)
{
    switch (shown) {
        case Showing::Held: return "held";
        case Showing::Released: return "released";
        case Showing::Deleted: return "deleted";
        case Showing::Everything: return "all";
        case Showing::Refused: return "refused";
    }
    return "";
}

std::string_view token(HeldOrder order)
{
    switch (order) {
        case HeldOrder::Date: return "date";
        case HeldOrder::Score: return "score";
        case HeldOrder::Sender: return "sender";
    }
    return "";
}

QuarantineFilter QuarantineFilter::read(const Fields& fields, const Visit& visit)
{
    QuarantineFilter filter;
    const auto address = field(fields, "address");
    if (visit.realm) {
        filter.account = account_field(visit);
        const auto recipient = field(fields, "recipient");
        filter.recipient = std::string{cut_utf8(trimmed(recipient), longest_text)};
    } else if (std::find(visit.addresses.begin(), visit.addresses.end(), address) !=
               visit.addresses.end()) {
        filter.address = address;
    }
    filter.verdict = class_of(field(fields, "class"));
    filter.period = one_of(periods, field(fields, "period"));
    filter.shown = one_of(all_shown, field(fields, "state"));
    if (visit.realm && filter.shown == Showing::Refused) filter.shown = Showing::Held;
    filter.order =
        filter.shown == Showing::Refused ? HeldOrder::Date : one_of(orders, field(fields, "sort"));
    const auto text = field(fields, "text");
    filter.text = std::string{cut_utf8(trimmed(text), longest_text)};
    filter.from = place_of(filter.order, field(fields, "after"));
    if (filter.from) return filter;
    filter.from = place_of(filter.order, field(fields, "before"));
    if (filter.from) filter.turn = Turn::Back;
    return filter;
}

std::vector<std::pair<std::string, std::string>> QuarantineFilter::fields(bool with_place) const
{
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&](const char* name, std::string_view value) {
        all.emplace_back(name, std::string{value});
    };
    if (!address.empty()) add("address", address);
    if (!recipient.empty()) add("recipient", recipient);
    if (verdict) add("class", lazaret::token(*verdict));
    if (period != Period::All) add("period", token(period));
    if (shown != Showing::Held) add("state", token(shown));
    if (!text.empty()) add("text", text);
    if (order != HeldOrder::Date) add("sort", token(order));
    if (with_place && from)
        add(turn == Turn::Onwards ? "after" : "before", from->reference.text() + '.' + from->key);
    return all;
}

std::string QuarantineFilter::query(bool with_place) const
{
    std::string query;
    if (!account.empty()) query = "?account=" + in_query(account);
    for (const auto& [name, value] : fields(with_place))
        query += fmt::format("{}{}={}", query.empty() ? '?' : '&', name, in_query(value));
    return query;
}

QuarantineFilter QuarantineFilter::at(HeldPlace place, Turn way) const
{
    auto there = *this;
    there.from = std::move(place);
    there.turn = way;
    return there;
}

store::HeldSearch QuarantineFilter::search(const Visit& visit, const Words& words, Moment now) const
{
    store::HeldSearch search{.tenant = visit.tenant, .account = visit.account};
    if (visit.realm) search.realm = store::RealmSearch{visit.realm->session_token, recipient};
    search.mailbox = address;
    search.verdict = verdict;
    search.since = beginning(period, words, now);
    search.text = text;
    search.order = order;
    switch (shown) {
        case Showing::Released: search.state = store::CopyState::Released; break;
        case Showing::Deleted: search.state = store::CopyState::Deleted; break;
        case Showing::Everything: search.state.reset(); break;
        case Showing::Held:
        case Showing::Refused: break;
    }
    return search;
}

store::RefusalSearch QuarantineFilter::refusals(const Visit& visit, const Words& words,
                                                Moment now) const
{
    store::RefusalSearch search{.tenant = visit.tenant, .mailboxes = visit.addresses};
    if (!address.empty()) search.mailboxes = {address};
    search.verdict = verdict;
    search.since = beginning(period, words, now);
    search.text = text;
    return search;
}

bool QuarantineFilter::is_narrow() const
{
    return !address.empty() || !recipient.empty() || verdict || period != Period::All ||
           !text.empty();
}

}  // namespace lazaret::portal
