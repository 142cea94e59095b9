#include <sodium.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "portal/ldap/bind.hpp"
#include "portal/qr/qr_code.hpp"
#include "portal/second_step/code_check.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "portal/second_step/sealed_text.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace {

Moment at(std::int64_t seconds) { return Moment{std::chrono::seconds{seconds}}; }

const std::string rfc_secret = "12345678901234567890";

}  // namespace

TEST_CASE("one-time codes are those of RFC 6238", "[portal]")
{
    struct Row {
        std::int64_t seconds;
        const char* code;
    };
    const auto row = GENERATE(values<Row>({
        {59, "287082"},
        {1111111109, "081804"},
        {1111111111, "050471"},
        {1234567890, "005924"},
        {2000000000, "279037"},
        {20000000000, "353130"},
    }));
    CHECK(portal::code_of(rfc_secret, portal::step_at(at(row.seconds))) == row.code);
    const auto step = portal::step_of(rfc_secret, row.code, at(row.seconds));
    CHECK(step == portal::step_at(at(row.seconds)));
    CHECK(portal::step_of(rfc_secret, row.code, at(row.seconds) + 30s) == step);
    CHECK(portal::step_of(rfc_secret, row.code, at(row.seconds) - 30s) == step);
    CHECK_FALSE(portal::step_of(rfc_secret, row.code, at(row.seconds) + 60s));
    CHECK_FALSE(portal::step_of(rfc_secret, row.code, at(row.seconds) - 60s));
    for (const std::string none : {"", "28708", "2870820", "abcdef"})
        CHECK_FALSE(portal::step_of(rfc_secret, none, at(row.seconds)));
}

TEST_CASE("a secret is written as apps read it", "[portal]")
{
    CHECK(portal::base32("") == "");
    CHECK(portal::base32("f") == "MY");
    CHECK(portal::base32("fo") == "MZXQ");
    CHECK(portal::base32("foob") == "MZXW6YQ");
    CHECK(portal::base32("foobar") == "MZXW6YTBOI");
    CHECK(portal::code_address(rfc_secret, "quarantine.example.org:8443", "bob+x@example.org") ==
          "otpauth://totp/quarantine.example.org%3A8443:bob%2Bx%40example.org"
          "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=quarantine.example.org%3A8443");
    CHECK(portal::new_code_secret().size() == 20);
    CHECK(portal::new_code_secret() != portal::new_code_secret());
}

TEST_CASE("a sealed text opens for the same purpose and with the same key only", "[portal]")
{
    const auto keys = SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
    const auto sealed = portal::seal_text(keys, "for bob", "a secret");
    CHECK(sealed != portal::seal_text(keys, "for bob", "a secret"));
    const auto opened = portal::open_text(keys, "for bob", sealed);
    REQUIRE(opened);
    CHECK(opened->text == "a secret");
    CHECK(opened->is_newest);
    CHECK_FALSE(portal::open_text(keys, "for ann", sealed));
    for (std::size_t place = 3; place < sealed.size(); ++place) {
        auto changed = sealed;
        changed[place] = changed[place] == 'A' ? 'B' : 'A';
        CHECK_FALSE(portal::open_text(keys, "for bob", changed));
        CHECK_FALSE(portal::open_text(keys, "for bob", sealed.substr(0, place)));
    }
    for (const auto& none :
         std::vector<std::string>{"", ".", "k1", "k1.", "k2." + sealed.substr(3)})
        CHECK_FALSE(portal::open_text(keys, "for bob", none));
    const auto newer = SealKeys::parse(
        "k2 " + std::string(43, 'A') + "=\nk1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "test");
    CHECK_FALSE(portal::open_text(newer, "for bob", sealed).value().is_newest);
}

TEST_CASE("recovery codes are many, long, and taken as people type them", "[portal]")
{
    const auto codes = portal::new_recovery_codes();
    CHECK(std::set<std::string>(codes.begin(), codes.end()).size() == 10);
    for (const auto& code : codes) {
        CHECK(code.size() == 19);
        CHECK(std::count(code.begin(), code.end(), '-') == 3);
    }
    CHECK(portal::recovery_hash("ABCD-EFGH-JKLM-NPQR") ==
          portal::recovery_hash(" abcd efgh jklmnpqr"));
    CHECK(portal::recovery_hash("ABCD-EFGH-JKLM-NPQR") !=
          portal::recovery_hash("ABCD-EFGH-JKLM-NPQS"));
}

TEST_CASE("what somebody types is one value in a DN and in a filter", "[portal]")
{
    const Address plain{"bob.b", "example.org"};
    CHECK(portal::filled_dn("uid={local-part},dc={domain},o={address}", plain) ==
          "uid=bob.b,dc=example.org,o=bob.b@example.org");
    CHECK(portal::filled_filter("(|(mail={address})(uid={local-part}))", plain) ==
          "(|(mail=bob.b@example.org)(uid=bob.b))");
    const Address hostile{"a*)(uid=*\\,ou=x+\"", "example.org"};
    CHECK(portal::filled_dn("uid={local-part},dc=x", hostile) ==
          "uid=a\\2A\\29\\28uid\\3D\\2A\\5C\\2Cou\\3Dx\\2B\\22,dc=x");
    CHECK(portal::filled_filter("(uid={local-part})", hostile) ==
          "(uid=a\\2A\\29\\28uid=\\2A\\5C,ou=x+\")");
    const Address braces{"{address}", "example.org"};
    CHECK(portal::filled_filter("(uid={local-part})", braces) == "(uid={address})");
}

TEST_CASE("a picture for a camera has its three corners and a white border", "[portal]")
{
    const auto code = portal::qr_code(portal::code_address(rfc_secret, "q.example", "b@x.example"));
    // 17 modules and four for each version, four of border on each side.
    CHECK(code.width > 21 + 8);
    CHECK((code.width - 8 - 17) % 4 == 0);
    CHECK(code.path.starts_with("M4 4h7v1h-7z"));
    const auto right = std::to_string(code.width - 4 - 7);
    CHECK(code.path.find("M" + right + " 4h7v1h-7z") != std::string::npos);
    CHECK(code.path.find("M4 " + right + "h7v1h-7z") != std::string::npos);
}
