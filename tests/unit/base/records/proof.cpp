#include "base/records/proof.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

TEST_CASE("proofs are read as they are written", "[proof]")
{
    for (const auto& proof : {Proof::none(), Proof::any(), Proof::spf("a.example"),
                              Proof::dkim("a.example"), Proof::dmarc("xn--bcher-kva.example"),
                              Proof::network("192.0.2.0/24"), Proof::network("2001:db8::/64")})
        CHECK(proof_of(proof.text()) == proof);
    for (const auto* text : {"", "dkim", "dkim=", "dkim=a b.example", "dkim=A.example", "any=x",
                             "none=", "arc=a.example", "network=192.0.2.7", "network=0.0.0.0/0",
                             "network=", "dkim =a.example"}) {
        INFO(text);
        CHECK_FALSE(proof_of(text).has_value());
    }
}

TEST_CASE("a proof is good enough, or it is not", "[proof]")
{
    struct Row {
        const char* says;
        Proof proved;
        Proof needed;
        bool enough;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing is asked for", Proof::spf("a.example"), Proof::none(), true},
        {"any: SPF", Proof::spf("a.example"), Proof::any(), true},
        {"any: DKIM", Proof::dkim("a.example"), Proof::any(), true},
        {"any: DMARC", Proof::dmarc("a.example"), Proof::any(), true},
        {"any: a network proves nothing", Proof::network("192.0.2.0/24"), Proof::any(), false},
        {"the same", Proof::dkim("a.example"), Proof::dkim("a.example"), true},
        {"the same of another", Proof::dkim("b.example"), Proof::dkim("a.example"), false},
        {"better", Proof::dmarc("a.example"), Proof::dkim("a.example"), true},
        {"better, below the signer", Proof::dmarc("news.a.example"), Proof::dkim("a.example"),
         true},
        {"better, but ends alike", Proof::dmarc("bad-a.example"), Proof::dkim("a.example"), false},
        {"better, above the signer", Proof::dmarc("a.example"), Proof::dkim("news.a.example"),
         false},
        {"better of another", Proof::dmarc("b.example"), Proof::dkim("a.example"), false},
        {"weaker", Proof::dkim("a.example"), Proof::dmarc("a.example"), false},
        {"DMARC below", Proof::dmarc("news.a.example"), Proof::dmarc("a.example"), false},
        {"DMARC is none for MAIL FROM", Proof::dmarc("a.example"), Proof::spf("a.example"), false},
        {"SPF is none for From", Proof::spf("a.example"), Proof::dkim("a.example"), false},
        {"SPF of the same", Proof::spf("a.example"), Proof::spf("a.example"), true},
        {"SPF below", Proof::spf("x.a.example"), Proof::spf("a.example"), false},
        {"the same network", Proof::network("192.0.2.0/24"), Proof::network("192.0.2.0/24"), true},
        {"another network", Proof::network("192.0.3.0/24"), Proof::network("192.0.2.0/24"), false},
        {"a proof is no network", Proof::dmarc("a.example"), Proof::network("192.0.2.0/24"), false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(is_enough(row.proved, row.needed, Reach::OneDomain) == row.enough);
    }
}

TEST_CASE("of an entry about all domains below one, those who own one of them are not all",
          "[proof]")
{
    const auto enough = [](const Proof& proved, const Proof& needed) {
        return is_enough(proved, needed, Reach::DomainsBelow);
    };
    const auto signed_by = Proof::dkim("hosting.example");
    CHECK(enough(Proof::dkim("hosting.example"), signed_by));
    CHECK(enough(Proof::dmarc("hosting.example"), signed_by));
    CHECK_FALSE(enough(Proof::dmarc("evil.hosting.example"), signed_by));
    CHECK_FALSE(enough(Proof::dkim("evil.hosting.example"), signed_by));
    CHECK(enough(Proof::dmarc("evil.hosting.example"), Proof::any()));
}
