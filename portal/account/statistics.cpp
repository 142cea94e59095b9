#include "portal/account/statistics.hpp"

#include <algorithm>

namespace lazaret::portal {
namespace {

using namespace std::chrono;

// The first day of the span that holds a day.
Day begin_of(Span span, Day day)
{
    switch (span) {
        case Span::Day: return day;
        case Span::Week: return day - (weekday{day} - Monday);
        case Span::Month: {
            const year_month_day date{day};
            return Day{date.year() / date.month() / 1};
        }
    }
    return day;
}

Day later(Span span, Day begin, int spans)
{
    switch (span) {
        case Span::Day: return begin + days{spans};
        case Span::Week: return begin + weeks{spans};
        case Span::Month: return Day{year_month_day{begin} + months{spans}};
    }
    return begin;
}

int bars_in(Span span) { return span == Span::Day ? 30 : 12; }

void count(Bar& bar, const store::CounterRow& row)
{
    switch (row.action) {
        case Action::Deliver:
        case Action::Tag: bar.delivered += row.messages; break;
        case Action::Hold:
            bar.held += row.messages;
            bar.held_by_class[static_cast<std::size_t>(row.verdict)] += row.messages;
            break;
        case Action::Refuse:
        case Action::RefuseKeep:
        case Action::Discard: bar.refused += row.messages; break;
        case Action::Later: break;  // it comes again
    }
}

}  // namespace

Day first_day(Span span, Day today)
{
    return later(span, begin_of(span, today), 1 - bars_in(span));
}

std::vector<Bar> bars_of(std::span<const store::CounterRow> rows, Span span, Day today)
{
    std::vector<Bar> bars;
    for (int at = 0; at < bars_in(span); ++at)
        bars.push_back({.from = later(span, first_day(span, today), at)});
    for (const auto& row : rows) {
        const auto bar = std::find_if(bars.begin(), bars.end(), [&](const auto& one) {
            return one.from == begin_of(span, row.day);
        });
        if (bar != bars.end()) count(*bar, row);
    }
    return bars;
}

}  // namespace lazaret::portal
