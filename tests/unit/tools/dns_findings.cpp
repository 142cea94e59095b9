#include "tools/lazaretctl/dns_findings.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::tools {
namespace {

using filter::dns::Answer;
using filter::dns::Answers;
using filter::dns::RecordType;

const ListsInUse lists{{"bl.example", "dnswl.example"}};
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
        dns_findings({"127.0.0.1"}, lists, {{{"2.0.0.127.bl.example", RecordType::A}, listed}});
    REQUIRE(found.size() == 1);
    CHECK(found.front().health == Health::Ok);
    CHECK(found.front().what == "answered by 127.0.0.1");
}

TEST_CASE("a resolver that does not answer is a problem that may pass", "[doctor]")
{
    const auto found = dns_findings(
        {"192.0.2.53"}, lists, {{{"example.org", RecordType::Ns}, {Answer::State::Failed, {}}}});
    REQUIRE(found.size() == 1);
    CHECK(found.front().health == Health::Problem);
    CHECK(found.front().passing);
    CHECK(found.front().what == "nobody answers: 192.0.2.53");
}

TEST_CASE("public resolvers and lists that refuse us are named", "[doctor]")
{
    const auto found = dns_findings({"8.8.8.8@53", "127.0.0.1"}, lists,
                                    {{{"2.0.0.127.bl.example", RecordType::A}, refused},
                                     {{"2.0.0.127.dnswl.example", RecordType::A}, listed}});
    CHECK(text(found) ==
          "8.8.8.8@53 is a public resolver\nthe block list bl.example does not answer us\n");
}

TEST_CASE("lists that refuse mail are looked at by their entries for tests", "[doctor]")
{
    const std::vector<std::string> settings{"zen.example=127.0.0.4 as Zen"};
    const ListsInUse refusing{{}, client_lists(settings)};
    const filter::dns::Question good{"2.0.0.127.zen.example", RecordType::A};
    const filter::dns::Question bad{"1.0.0.127.zen.example", RecordType::A};
    const Answer no_name{Answer::State::NoName, {}};
    const Answer four{Answer::State::Found, {"127.0.0.4"}};
    CHECK(test_questions(refusing) ==
          filter::dns::Questions{{"example.org", RecordType::Ns}, good, bad});
    struct Row {
        const char* says;
        Answers answers;
        std::string found;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"as it should be", {{good, four}, {bad, no_name}}, "answered by ::1\n"},
        {"by another answer", {{good, listed}, {bad, no_name}}, "answered by ::1\n"},
        {"everybody",
         {{good, four}, {bad, four}},
         "the block list Zen lists 127.0.0.1, as one that lists everybody\n"},
        {"everybody by an answer that does not count",
         {{good, listed}, {bad, listed}},
         "answered by ::1\n"},
        {"nobody",
         {{good, no_name}, {bad, no_name}},
         "the block list Zen does not list 127.0.0.2, as every list does\n"},
        {"refuses us",
         {{good, refused}, {bad, refused}},
         "the block list Zen does not answer us\n"},
        {"silent", {{bad, no_name}}, "the block list Zen does not answer\n"},
    }));
    CAPTURE(row.says);
    CHECK(text(dns_findings({"::1"}, refusing, row.answers)) == row.found);
}

TEST_CASE("resolvers are found in resolv.conf", "[doctor]")
{
    CHECK(nameservers_in("# nameserver 192.0.2.1\nsearch example.org\nnameserver 127.0.0.53\n"
                         "nameserver\t::1 # ours\nnameserverx 1\nnameserver") ==
          std::vector<std::string>{"127.0.0.53", "::1"});
}

}  // namespace
}  // namespace lazaret::tools
