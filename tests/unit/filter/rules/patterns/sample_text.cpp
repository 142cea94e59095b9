#include "milter/filter/rules/patterns/sample_text.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("the sample text has what mail has, in lines", "[patterns]")
{
    const auto& text = sample_text();
    CHECK(text.size() >= 50'000);
    CHECK(text.size() < 51'000);
    CHECK(text.ends_with('\n'));
    for (const auto* part : {" the ", "<a href=\"https://", "style=\"font-size: ", "$", "%)", "@"})
        CHECK(text.find(part) != std::string::npos);
    CHECK(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c < '\x7f'); }));
}

TEST_CASE("the share of lines tells frequent steps from rare ones", "[patterns]")
{
    const auto share = [](std::string_view text) {
        return share_of_lines(byte_paths({std::string{text}, ""}).value());
    };
    CHECK(share("e") > 0.5);
    CHECK(share("href=") > 0.05);
    CHECK(share("href=") < 0.3);
    CHECK(share("~never~") == 0);
    CHECK(share("~never~|href=") == share("href="));
}

}  // namespace lazaret::filter::rules
