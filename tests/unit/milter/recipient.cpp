#include "milter/recipient.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::milter;

using Names = std::vector<std::string>;

TEST_CASE("a recipient is whom the MTA takes him for", "[recipient]")
{
    struct Row {
        const char* says;
        const char* verbatim;
        const char* canonical;
        const char* address;  ///< empty: none
        Names names;
        const char* plain;
    };
    const auto row = GENERATE(values<Row>({
        {"as usual",
         "<Bob@Example.org>",
         "Bob@Example.org",
         "Bob@example.org",
         {"<Bob@Example.org>"},
         "Bob@Example.org"},
        {"no macro",
         "<bob@example.org>",
         "",
         "bob@example.org",
         {"<bob@example.org>"},
         "bob@example.org"},
        {"a bare name",
         "<bob>",
         "bob@example.org",
         "bob@example.org",
         {"<bob>", "<bob@example.org>"},
         "bob@example.org"},
        {"bang path",
         "<example.org!bob>",
         "bob@example.org",
         "bob@example.org",
         {"<example.org!bob>", "<bob@example.org>"},
         "bob@example.org"},
        {"a comment before it",
         "<(x)bob@example.org>",
         "bob@example.org",
         "bob@example.org",
         {"<(x)bob@example.org>", "<bob@example.org>"},
         "bob@example.org"},
        {"source route",
         "<@relay.example:bob@example.org>",
         "bob@example.org",
         "bob@example.org",
         {"<@relay.example:bob@example.org>", "<bob@example.org>"},
         "bob@example.org"},
        {"Sendmail's own users",
         "<bob@example.org>",
         "bob",
         "bob@example.org",
         {"<bob@example.org>", "<bob>"},
         "bob@example.org"},
        {"a bare name, no macro", "<bob>", "", "bob@mx.example.org", {"<bob>"}, "bob"},
        {"a local part that is no UTF-8",
         "<b\xE9@example.org>",
         "b\xE9@example.org",
         "b\xEF\xBF\xBD@example.org",
         {"<b\xE9@example.org>"},
         "b\xEF\xBF\xBD@example.org"},
        {"control characters",
         "<b\x01@example.org>",
         "",
         "b?@example.org",
         {"<b\x01@example.org>"},
         "b\x01@example.org"},
        {"nothing", "<>", "", "", {"<>"}, ""},
        {"signs only", "<@@@>", "", "", {"<@@@>"}, "@@@"},
    }));

    DYNAMIC_SECTION(row.says)
    {
        const auto recipient = read_recipient(row.verbatim, row.canonical, "mx.example.org");
        CHECK((recipient.address ? recipient.address->text() : "") == row.address);
        CHECK(names_of(recipient) == row.names);
        CHECK(plain_name(recipient) == row.plain);
    }
}

TEST_CASE("what the client wrote counts where only that is protected", "[recipient]")
{
    const auto is_protected = [](const std::string& domain) { return domain == "example.org"; };
    const auto address = [&](const char* verbatim, const char* canonical) {
        return read_recipient(verbatim, canonical, "mx.example.org", is_protected).address->text();
    };
    // Sendmail, behind its virtusertable.
    CHECK(address("<info@example.org>", "boss@elsewhere.example") == "info@example.org");
    CHECK(address("<info@elsewhere.example>", "bob@example.org") == "bob@example.org");
    CHECK(address("<info@a.example>", "boss@elsewhere.example") == "boss@elsewhere.example");
    CHECK(address("<info@example.org>", "bob@example.org") == "bob@example.org");
}
