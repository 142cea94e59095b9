#include "milter/filter/dns/question.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

TEST_CASE("names that nobody can be asked about are empty", "[dns]")
{
    struct Row {
        const char* says;
        std::string name;
        std::string asked;
    };
    const auto row = GENERATE(values<Row>({
        {"small letters", "Example.ORG", "example.org"},
        {"the dot at the end", "example.org.", "example.org"},
        {"underscores and dashes", "_dmarc.a-b.example", "_dmarc.a-b.example"},
        {"a byte of a macro", "x=y+z.example", "x=y+z.example"},
        {"nothing", "", ""},
        {"the root", ".", ""},
        {"two dots", "a..example", ""},
        {"a dot in front", ".example", ""},
        {"a blank, as macros of SPF make it", "a b.example", "a b.example"},
        {"an escape", "a\\.example", ""},
        {"a name of the onion network", "a.b.Onion.", ""},
        {"one that only looks so", "a.redonion", "a.redonion"},
        {"a letter of Latin-1", "\xe9.example", ""},
        {"a NUL", std::string{"a\0b.example", 11}, ""},
        {"a label of 63", std::string(63, 'a') + ".example", std::string(63, 'a') + ".example"},
        {"a label of 64", std::string(64, 'a') + ".example", ""},
        {"254 bytes",
         std::string(50, 'a') + '.' + std::string(50, 'a') + '.' + std::string(50, 'a') + '.' +
             std::string(50, 'a') + '.' + std::string(50, 'a'),
         ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(question(row.name, RecordType::A).name == row.asked); }
}

TEST_CASE("addresses are turned round for block lists", "[dns]")
{
    CHECK(reversed("127.0.0.2") == "2.0.0.127");
    CHECK(reversed("2001:db8::1") ==
          "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
    CHECK(reversed("::ffff:127.0.0.2") == "2.0.0.127");
    CHECK(reversed("::FFFF:7f00:2") == "2.0.0.127");
    CHECK(reversed("::127.0.0.2").ends_with(".0.0.0"));
    CHECK(reversed("127.0.0").empty());
    CHECK(reversed("example.org").empty());
}

}  // namespace
}  // namespace lazaret::filter::dns
