#include "tools/lazaretctl/json_output.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"

using namespace lazaret;
namespace auth = lazaret::filter::auth;
using Found = auth::Result;

TEST_CASE("what was found out about who sent a message, as JSON", "[tools]")
{
    auth::Authentication found;
    found.spf_helo.domain = "mx.shop.example";
    found.spf_mail_from = {Found::Pass, "shop.example", "ip4:192.0.2.0/24", {}};
    auto& signature = found.dkim.emplace_back();
    signature.result = Found::Fail;
    signature.domain = "shop.example";
    signature.why = "the body has changed";
    found.dmarc.result = Found::Pass;
    found.dmarc.record_domain = "shop.example";
    found.dmarc.policy = auth::DmarcResult::Policy::Reject;
    found.dmarc.percent = 50;
    found.dmarc.spf_aligned = true;
    found.arc = {Found::Pass, {"relay.example"}, {"relay.example; spf=pass"}, {}};

    const auto json = tools::json_of(found);
    CHECK(json.at("spf_helo").at("result") == "none");
    CHECK(json.at("spf").dump() ==
          R"({"result":"pass","domain":"shop.example","why":"ip4:192.0.2.0/24"})");
    REQUIRE(json.at("dkim").size() == 1);
    CHECK(json.at("dkim").at(0).at("result") == "fail");
    CHECK(json.at("dkim").at(0).at("domain") == "shop.example");
    CHECK(json.at("dkim").at(0).at("why") == "the body has changed");
    CHECK(json.at("dmarc").at("result") == "pass");
    CHECK(json.at("dmarc").at("policy") == "reject");
    CHECK(json.at("dmarc").at("percent") == 50);
    CHECK(json.at("dmarc").at("spf_aligned") == true);
    CHECK(json.at("dmarc").at("dkim_aligned") == false);
    CHECK(json.at("arc").at("sealers").at(0) == "relay.example");

    SECTION("without a record nobody has a policy")
    {
        found.dmarc = {};
        const auto dmarc = tools::json_of(found).at("dmarc");
        CHECK(dmarc.at("policy").is_null());
        CHECK(dmarc.at("percent").is_null());
    }
}
