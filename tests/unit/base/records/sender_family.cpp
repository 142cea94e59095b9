#include "base/records/list_entry.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("the family of an address that is made for one message", "[list]")
{
    struct Row {
        const char* says;
        std::string address;
        std::string steady;
    };
    const auto row = GENERATE(values<Row>({
        {"a plain address", "ada@example.org", ""},
        {"a tag", "news+8f3a@example.org", "news+@example.org"},
        {"nothing before the tag", "+tag@example.org", ""},
        {"VERP", "bounce-77-bob=example.com@lists.example.org", "bounce-@lists.example.org"},
        {"VERP with a tag", "bounce+bob=example.com@lists.example.org",
         "bounce+@lists.example.org"},
        {"an empty tag", "news+@example.org", ""},
        {"an equals sign alone", "a=b@example.org", ""},
        {"SRS", "SRS0=Xy1z=7A=example.org=bob@fwd.example", "srs0=example.org=bob@fwd.example"},
        {"SRS with another separator", "srs0+Xy1z=7A=example.org=bob@fwd.example",
         "srs0+example.org=bob@fwd.example"},
        {"SRS of an address with a tag and VERP", "SRS0=Xy1z=7A=example.org=bob+x=y@fwd.example",
         "srs0=example.org=bob+x=y@fwd.example"},
        {"SRS, forwarded twice", "SRS1=Qw2e=fwd.example==Xy1z=7A=example.org=bob@two.example",
         "srs1=fwd.example==example.org=bob@two.example"},
        {"SRS, forwarded twice, another separator",
         "SRS1=Qw2e=fwd.example=+Xy1z=7A=example.org=bob@two.example",
         "srs1=fwd.example=+example.org=bob@two.example"},
        {"the steady form itself", "SRS0=example.org=bob@fwd.example", ""},
        {"SRS without a local part", "SRS0=Xy1z=7A=example.org=@fwd.example", ""},
        {"SRS without a domain", "SRS0=Xy1z=7A==bob@fwd.example", ""},
        {"SRS cut short", "SRS0=Xy1z=7A@fwd.example", ""},
        {"SRS that is none", "SRS0+bob@fwd.example", ""},
        {"SRS1 cut short", "SRS1=Qw2e=fwd.example==Xy1z@two.example", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto steady = sender_family(parse_address(row.address).value());
        CHECK((steady ? steady->key() : "") == row.steady);
    }
}
