// What Hyperscan is asked, and what not: compiled where there is one.
#if LAZARET_HYPERSCAN

#include "milter/filter/rules/patterns/pattern_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>

#include "milter/filter/rules/patterns/fast_form.hpp"
#include "milter/filter/rules/patterns/scan_trial.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("how a pattern is looked for", "[patterns]")
{
    if (!FastForm::is_possible()) return;
    struct Row {
        std::string_view text;
        std::string_view flags;
        Way way;
    };
    const auto row = GENERATE(values<Row>({
        {"", "", Way::LeftOut},
        {"pay you the sum of", "", Way::Exact},
        {"\\bprivate lawyer\\b", "i", Way::Exact},
        {"zebra\\scrossing", "i", Way::Guess},  // the blank may be the end of a line
        {"(a)\\1", "", Way::Guess},
        {"[\\w.]+:.*,.*;", "", Way::Exact},
        // Numbers and short words keep Hyperscan busy, and stand before a sign that is rare.
        {"\\b(?:\\d\\d|ten|[a-z]+teen)\\s?~[\\s)]{0,3}(?:for|to|as)\\syour?", "i", Way::Steps},
        // What nests repetitions is slow, too, but only Hyperscan bears it.
        {"(?:[a-z]+ ?){2,}[!?]{3}", "", Way::Exact},
    }));
    CAPTURE(row.text);
    const auto plan = plan_for({std::string{row.text}, std::string{row.flags}});
    CHECK(plan.way == row.way);
    if (plan.way == Way::Steps)
        CHECK(steps_of({std::string{row.text}, std::string{row.flags}}).has_value());
}

TEST_CASE("hosts of links are not looked for by what every link has", "[patterns]")
{
    if (!FastForm::is_possible()) return;
    constexpr std::array ends{"com", "to", "ly", "me", "in", "gd"};
    std::string hosts = "\\w+\\.app\\.link";
    for (int host = 0; host < 60; ++host)
        hosts += fmt::format("|{}{}\\.{}", static_cast<char>('a' + host % 26), host,
                             ends.at(static_cast<std::size_t>(host) % ends.size()));
    CHECK(plan_for({fmt::format("^https?://(?:{})/", hosts), ""}).way != Way::Steps);
    CHECK(plan_for({fmt::format("^gopher://(?:{})/", hosts), ""}).way == Way::Steps);
}

TEST_CASE("a scan costs as much as one for a literal, or more", "[patterns]")
{
    if (!FastForm::is_possible()) return;
    CHECK(scan_cost("[a-z]+-[a-z]+", 0).value_or(0) > 0);
    CHECK_FALSE(scan_cost("(a)\\1", 0).has_value());
}

}  // namespace lazaret::filter::rules

#endif
