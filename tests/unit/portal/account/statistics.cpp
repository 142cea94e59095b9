#include "portal/account/statistics.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;
using namespace std::chrono;

namespace {

constexpr Day today = sys_days{2026y / 11 / 28};  // a Saturday

}  // namespace

TEST_CASE("bars end with today's and begin at the start of their span", "[portal]")
{
    struct Row {
        Span span;
        std::size_t bars;
        Day first, last;
    };
    const auto row = GENERATE(values<Row>({
        {Span::Day, 30, sys_days{2026y / 10 / 30}, today},
        {Span::Week, 12, sys_days{2026y / 9 / 7}, sys_days{2026y / 11 / 23}},
        {Span::Month, 12, sys_days{2025y / 12 / 1}, sys_days{2026y / 11 / 1}},
    }));
    const auto bars = bars_of({}, row.span, today);
    REQUIRE(bars.size() == row.bars);
    CHECK(bars.front().from == row.first);
    CHECK(first_day(row.span, today) == row.first);
    CHECK(bars.back().from == row.last);
}

TEST_CASE("what was counted stands in the bar of its day", "[portal]")
{
    const auto yesterday = today - days{1};
    const std::vector<store::CounterRow> rows{
        {yesterday, 1, {}, Class::Clean, Action::Deliver, 5},
        {yesterday, 1, {}, Class::Spam, Action::Tag, 1},
        {yesterday, 1, {}, Class::Spam, Action::Hold, 2},
        {yesterday, 1, {}, Class::Newsletter, Action::Hold, 3},
        {yesterday, 1, {}, Class::Virus, Action::Refuse, 4},
        {yesterday, 1, {}, Class::Unscanned, Action::Later, 100},
        {today, 1, {}, Class::SpamCertain, Action::RefuseKeep, 1},
        {today - days{31}, 1, {}, Class::Clean, Action::Deliver, 7},
    };
    const auto by_day = bars_of(rows, Span::Day, today);
    const auto& bar = by_day.at(28);
    CHECK(bar.delivered == 6);
    CHECK(bar.held == 5);
    CHECK(bar.refused == 4);
    CHECK(bar.received() == 15);
    CHECK(bar.held_by_class.at(static_cast<std::size_t>(Class::Newsletter)) == 3);
    CHECK(by_day.back().refused == 1);
    CHECK(by_day.front().received() == 0);
    CHECK(bars_of(rows, Span::Week, today).back().received() == 16);
    CHECK(bars_of(rows, Span::Month, today).at(10).delivered == 7);
}
