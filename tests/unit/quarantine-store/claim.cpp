#include "quarantine-store/link/claim.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::store;
using namespace std::chrono_literals;

namespace {

const Moment noon{std::chrono::seconds{1'795'435'200}};

SealKeys keys(const char* text = "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
{
    return SealKeys::parse(text, "link.key");
}

const Claim a_copy = CopyClaim{*Reference::parse("7zq4k2m9xw0t")};

}  // namespace

TEST_CASE("What was sealed is opened, of each kind", "[store][claim]")
{
    const auto claim = GENERATE(
        as<Claim>{}, a_copy, Claim{CopyClaim{*Reference::parse("zzzzzzzzzzzz")}},
        Claim{GuestClaim{*Reference::parse("zzzzzzzzzzzz"), 1LL << 62}}, Claim{AccountClaim{3, 17}},
        Claim{UnsubscribeClaim{3, 17}}, Claim{AccountClaim{2'147'483'647, 1LL << 62}},
        Claim{AccountClaim{3, 17, 1}}, Claim{UnsubscribeClaim{3, 1LL << 62, 4'294'967'295}});
    const auto text = seal_claim(keys(), claim, noon);
    CHECK(text.size() <= 60);
    CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-_.") == std::string::npos);
    const auto opened = open_claim(keys(), text, noon);
    REQUIRE(opened);
    CHECK(*opened == claim);
}

TEST_CASE("A claim is good for whole hours, and then only tells whose it was", "[store][claim]")
{
    const auto text = seal_claim(keys(), a_copy, noon + 1min);
    CHECK(open_claim(keys(), text, noon + 1h));
    CHECK(open_claim(keys(), text, noon + 1h + 1us).error() == ClaimFault::Expired);
    CHECK(*open_expired_claim(keys(), text) == a_copy);
}

TEST_CASE("No bit of a claim can be changed", "[store][claim]")
{
    const auto text = seal_claim(keys(), a_copy, noon + 24h);
    for (std::size_t at = 0; at < text.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            auto changed = text;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
            const auto opened = open_claim(keys(), changed, noon);
            INFO(changed);
            REQUIRE_FALSE(opened);
            CHECK(opened.error() != ClaimFault::Expired);
            CHECK_FALSE(open_expired_claim(keys(), changed));
        }
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK_FALSE(open_claim(keys(), text.substr(0, length), noon));
    for (const char c : {'A', '=', '.', ' ', '\n', '\0'})
        CHECK_FALSE(open_claim(keys(), text + c, noon));
}

TEST_CASE("A claim is good as long as its key is there", "[store][claim]")
{
    const auto text = seal_claim(keys(), a_copy, noon);
    const char* both =
        "k2 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n"
        "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    CHECK(open_claim(keys(both), text, noon));
    CHECK(seal_claim(keys(both), a_copy, noon).substr(0, 3) == "k2.");
    const char* retired = "k2 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    CHECK(open_claim(keys(retired), text, noon).error() == ClaimFault::Forged);
    // The id is under the MAC: the same secret under another name opens nothing.
    const char* renamed = "k3 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    CHECK_FALSE(open_claim(keys(renamed), "k3" + text.substr(2), noon));
}

TEST_CASE("A mailbox has one mark, however its address is written", "[store][claim]")
{
    CHECK(mailbox_mark("ann@example.com") == mailbox_mark("Ann@Example.COM"));
    CHECK(mailbox_mark("ann@example.com") != mailbox_mark("old@example.com"));
    CHECK(mailbox_mark("") != 0);
}

TEST_CASE("What opens one thing opens no other", "[store][claim]")
{
    const auto account = seal_claim(keys(), AccountClaim{3, 17}, noon);
    const auto off = seal_claim(keys(), UnsubscribeClaim{3, 17}, noon);
    CHECK(account != off);
    CHECK(std::holds_alternative<UnsubscribeClaim>(*open_claim(keys(), off, noon)));
}
