#include "tools/lazaretctl/dns_findings.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::tools {
namespace {

using filter::dns::Answer;
using filter::dns::Answers;
using filter::dns::RecordType;

const std::set<std::string> zones{"bl.example", "dnswl.example"};
const Answer listed{Answer::State::Found, {"127.0.0.2"}};
const Answer refused{Answer::State::Found, {"127.255.255.254"}};

std::string text(const Findings& findings)
{
    std::string all;
    for (const auto& one : findings) all += one.what + '\n';
    return all;
}

TEST_CASE("a resolver that answers is all well", "[doctor]")
{
    const auto found =
        dns_findings({"127.0.0.1"}, zones, {{{"2.0.0.127.bl.example", RecordType::A}, listed}});
    REQUIRE(found.size() == 1);
    CHECK(found.front().health == Health::Ok);
    CHECK(found.front().what == "answered by 127.0.0.1");
}

TEST_CASE("a resolver that does not answer is a problem that may pass", "[doctor]")
{
    const auto found = dns_findings(
        {"192.0.2.53"}, zones, {{{"example.org", RecordType::Ns}, {Answer::State::Failed, {}}}});
    REQUIRE(found.size() == 1);
    CHECK(found.front().health == Health::Problem);
    CHECK(found.front().passing);
    CHECK(found.front().what == "nobody answers: 192.0.2.53");
}

TEST_CASE("public resolvers and lists that refuse us are named", "[doctor]")
{
    const auto found = dns_findings({"8.8.8.8@53", "127.0.0.1"}, zones,
                                    {{{"2.0.0.127.bl.example", RecordType::A}, refused},
                                     {{"2.0.0.127.dnswl.example", RecordType::A}, listed}});
    CHECK(text(found) ==
          "8.8.8.8@53 is a public resolver\nthe block list bl.example does not answer us\n");
}

TEST_CASE("resolvers are found in resolv.conf", "[doctor]")
{
    CHECK(nameservers_in("# nameserver 192.0.2.1\nsearch example.org\nnameserver 127.0.0.53\n"
                         "nameserver\t::1 # ours\nnameserverx 1\nnameserver") ==
          std::vector<std::string>{"127.0.0.53", "::1"});
}

}  // namespace
}  // namespace lazaret::tools
