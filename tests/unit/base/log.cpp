#include "base/log.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("a stranger's text can forge neither a field nor a line", "[log]")
{
    struct Row {
        const char* says;
        std::string text;
        std::string shown;
    };
    const auto row = GENERATE(values<Row>({
        {"a word", "4XyZ1b", "4XyZ1b"},
        {"an address", "bob+x@example.org", "bob+x@example.org"},
        {"nothing", "", "\"\""},
        {"a blank", "a b", "\"a b\""},
        {"a field", "x class=clean", "\"x class=clean\""},
        {"an equals sign", "a=b", "\"a=b\""},
        {"a line", "a\nlevel=info", "\"a\\nlevel=info\""},
        {"a carriage return", "a\rb", "\"a\\rb\""},
        {"a quote", "a\" b", "\"a\\\" b\""},
        {"a backslash", "a\\nb", "\"a\\\\nb\""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(log::Field{"text", row.text}.value() == row.shown); }
}

TEST_CASE("what a terminal or a parser would act on is escaped", "[log]")
{
    // How it is escaped differs between versions of fmt.
    for (const std::string text : {"\x1b[31m", "a\xFF", "a\u2028b", "\x7F", "\t"}) {
        const auto shown = log::Field{"text", text}.value();
        CAPTURE(shown);
        CHECK(shown.front() == '"');
        CHECK(shown.find('\\') != std::string::npos);
        for (const char c : shown) CHECK((c >= ' ' && c <= '~'));
    }
}

TEST_CASE("numbers are written as they are", "[log]")
{
    CHECK(log::Field{"n", -7}.value() == "-7");
    CHECK(log::Field{"n", std::size_t{7}}.value() == "7");
    CHECK(log::Field{"n", 7.456}.value() == "7.46");
}

TEST_CASE("a level is read by its name", "[log]")
{
    auto level = log::Level::Info;
    CHECK(log::parse_level("debug", level));
    CHECK(level == log::Level::Debug);
    CHECK(log::parse_level("warning", level));
    CHECK(level == log::Level::Warning);
    CHECK_FALSE(log::parse_level("loud", level));
    CHECK(level == log::Level::Warning);
}

TEST_CASE("an error says its exit code and keeps its hint", "[error]")
{
    const Error error =
        Error{Error::Kind::Setup, "{}: line {}", "x.toml", 3}.with_hint("look at it");
    CHECK(std::string{error.what()} == "x.toml: line 3");
    CHECK(error.hint() == "look at it");
    CHECK(exit_code(Error::Kind::Usage) == 64);
    CHECK(exit_code(Error::Kind::Bug) == 70);
    CHECK(exit_code(Error::Kind::Unavailable) == 75);
    CHECK(exit_code(Error::Kind::Setup) == 78);
}
