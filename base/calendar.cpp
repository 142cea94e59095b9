#include "base/calendar.hpp"

#include <charconv>

namespace lazaret {
namespace {

std::optional<unsigned> whole(std::string_view text)
{
    unsigned value = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, code] = std::from_chars(text.data(), last, value);
    if (code != std::errc{} || end != last) return std::nullopt;
    return value;
}

}  // namespace

std::optional<Day> parse_day(std::string_view text)
{
    using namespace std::chrono;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto y = whole(text.substr(0, 4));
    const auto m = whole(text.substr(5, 2));
    const auto d = whole(text.substr(8, 2));
    if (!y || !m || !d) return std::nullopt;
    const year_month_day date{year{static_cast<int>(*y)}, month{*m}, day{*d}};
    if (!date.ok()) return std::nullopt;
    return Day{date};
}

Moment end_of(Day day) { return day + std::chrono::days{1} - std::chrono::microseconds{1}; }

}  // namespace lazaret
