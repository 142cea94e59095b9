#include "milter/filter/auth/arc.hpp"

#include "milter/filter/auth/sender_proofs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/auth/answers.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::auth;
using namespace lazaret::filter::auth::test;

namespace {

const std::string hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

// A set that is well-formed, whose signatures are worth nothing.
std::string set(int instance, const std::string& sealer)
{
    const auto i = std::to_string(instance);
    const std::string by = "; a=rsa-sha256; d=" + sealer + "; s=k" + i + "; b=AAAA";
    return "ARC-Seal: i=" + i + "; cv=" + (instance == 1 ? "none" : "pass") + by +
           "\r\nARC-Message-Signature: i=" + i + "; h=from; bh=" + hash + by +
           "\r\nARC-Authentication-Results: i=" + i + "; " + sealer + "; spf=pass\r\n";
}

std::string chain(int length)
{
    std::string fields;
    for (int instance = 1; instance <= length; ++instance)
        fields = set(instance, "s" + std::to_string(instance) + ".example") + fields;
    return fields + "From: bob@a.example\r\n\r\n";
}

struct Checked {
    ArcResult result;
    std::size_t wanted;
};

Checked check(const std::string& bytes, const dns::Answers& answers = {})
{
    const auto cut = cut_header(bytes);
    SignedMessage message{cut};
    dns::View dns{answers};
    auto result = check_arc(message, dns, {}, Moment{});
    return {std::move(result), dns.wanted().size()};
}

ArcResult sealed(std::vector<std::pair<std::string, std::string>> sets)
{
    ArcResult result;
    result.result = auth::Result::Pass;
    for (auto& [sealer, findings] : sets) {
        result.sealers.push_back(std::move(sealer));
        result.findings.push_back(std::move(findings));
    }
    return result;
}

}  // namespace

TEST_CASE("the keys of a chain are asked for at once", "[arc]")
{
    const auto [result, wanted] = check(chain(50));
    CHECK(result.result == auth::Result::TempError);
    CHECK(wanted == 50);
    CHECK(result.sealers.empty());
}

TEST_CASE("what is no chain asks for no key", "[arc]")
{
    struct Row {
        const char* says;
        std::string bytes;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"too long", chain(51), "there are more than 50 sets"},
        {"endless", chain(5'000), "there are more than 50 sets"},
        {"one set twice", set(1, "a.example") + chain(1), "the sets are not whole"},
        {"the first is missing", set(2, "a.example") + "\r\n", "the sets are not whole"},
        {"a gap", set(3, "a.example") + chain(1), "the sets are not whole"},
        {"half a set", "ARC-Seal: i=2; cv=pass\r\n" + chain(1), "the sets are not whole"},
        {"results only", "ARC-Authentication-Results: i=1; a.example; none\r\n\r\n",
         "the sets are not whole"},
        {"failed before",
         "ARC-Seal: i=1; cv=fail\r\nARC-Message-Signature: i=1\r\n"
         "ARC-Authentication-Results: i=1; a.example; none\r\n\r\n",
         "the chain had failed before it came"},
    }));
    CAPTURE(row.says);
    const auto [result, wanted] = check(row.bytes);
    CHECK(result.result == auth::Result::Fail);
    CHECK(result.why == row.why);
    CHECK(wanted == 0);
}

TEST_CASE("a message without a chain has no result", "[arc]")
{
    const auto [result, wanted] = check("From: bob@a.example\r\n\r\n");
    CHECK(result == ArcResult{});
    CHECK(wanted == 0);
}

TEST_CASE("forwarders prove what they are trusted to say", "[arc][proofs]")
{
    const std::string first =
        " list.example; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example;"
        " dmarc=pass header.from=a.example";
    const std::string second =
        " relay.example; spf=pass smtp.mailfrom=list.example; dkim=fail"
        " header.d=a.example";
    const SenderProofs of_first{{"a.example"}, {}, {"a.example"}};
    const SenderProofs of_second{{}, {}, {}};
    const SenderProofs& of_both = of_first;
    const auto both = sealed({{"list.example", first}, {"relay.example", second}});
    struct Row {
        const char* says;
        ArcResult arc;
        std::vector<std::string> trusted;
        SenderProofs proofs;
    };
    auto broken = both;
    broken.result = auth::Result::Fail;
    const std::vector<Row> rows{
        {"nobody is trusted", both, {}, {}},
        {"no chain", {}, {"list.example"}, {}},
        {"the only one", sealed({{"list.example", first}}), {"list.example"}, of_first},
        {"all", both, {"list.example", "relay.example"}, of_both},
        {"the newest", both, {"relay.example"}, of_second},
        {"a stranger put his message under a trusted seal", both, {"list.example"}, {}},
        {"the chain is broken", broken, {"list.example", "relay.example"}, {}},
        {"a domain below a trusted one", sealed({{"x.list.example", first}}), {"list.example"}, {}},
        {"findings that cannot be read", sealed({{"list.example", " ;;=("}}), {"list.example"}, {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.says);
        CHECK(sealed_proofs(row.arc, row.trusted) == row.proofs);
    }
}
