#include "tools/lazaretctl/message_file.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret::tools;

TEST_CASE("a file becomes what a mail server hands over", "[scan]")
{
    struct Row {
        const char* says;
        std::string in;
        std::string out;
    };
    const auto row = GENERATE(values<Row>({
        {"LF", "A: b\n\nc\n", "A: b\r\n\r\nc\r\n"},
        {"CRLF stays", "A: b\r\n\r\nc\r\n", "A: b\r\n\r\nc\r\n"},
        {"mixed", "A: b\r\n\nc\n", "A: b\r\n\r\nc\r\n"},
        {"the From_ line of mbox goes", "From bob Mon Nov 23 2026\nA: b\n\n", "A: b\r\n\r\n"},
        {"a From field stays", "From: bob\n\n", "From: bob\r\n\r\n"},
        {"only a From_ line", "From bob", ""},
        {"a bare CR stays", "a\rb\n", "a\rb\r\n"},
        {"no last line end", "a\nb", "a\r\nb"},
        {"empty", "", ""},
        {"a field with a blank before its colon", "From : a\nb", "From : a\r\nb"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(as_received(row.in) == row.out); }
}

TEST_CASE("a file that cannot be read says why", "[scan]")
{
    const auto missing = read_file("/nonexistent/message.eml");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error() == "No such file or directory");
    CHECK(read_file("/").error() == "Is a directory");
    CHECK(read_file("/dev/null").value().empty());
}
