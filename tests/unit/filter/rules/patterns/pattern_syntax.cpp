#include "milter/filter/rules/patterns/pattern_syntax.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {

TEST_CASE("what a pattern may take is seen", "[patterns]")
{
    struct Row {
        const char* text;
        const char* flags;
        bool newline;
        bool anchor;
        bool obscure;
    };
    const auto row = GENERATE(values<Row>({
        {"abc", "", false, false, false},       {"a.c", "", false, false, false},
        {"a.c", "s", true, false, false},       {"(?s:a.c)", "", true, false, false},
        {"^a", "", false, true, false},         {"a[^b]", "", true, false, false},
        {"a[^b\\n]", "", false, false, false},  {"a[^\\s]", "", false, false, false},
        {"a[\\w$^-]", "", false, false, false}, {"a\\s", "", true, false, false},
        {"a\\x0a", "", true, false, false},     {"a\\x20", "", false, false, false},
        {"a\\012", "", true, false, false},     {"[\\t-\\r]", "", true, false, false},
        {"[]\\n]", "", true, false, false},     {"\\Qa", "", true, true, true},
        {"a # b", "x", true, true, true},       {"(?x)a", "", true, true, true},
        {"(?^:a)", "", true, true, true},       {"(?-m:a)", "", true, true, true},
        {"(?-i:a)", "", false, false, false},   {"[[:a]|^x|[b:]", "", false, true, false},
    }));
    DYNAMIC_SECTION(row.text << " " << row.flags)
    {
        const auto traits = traits_of({row.text, row.flags});
        CHECK(traits.matches_newline == row.newline);
        CHECK(traits.has_anchor == row.anchor);
        CHECK(traits.is_obscure == row.obscure);
    }
}

}  // namespace lazaret::filter::rules
