#include "milter/filter/client_lists.hpp"

#include "milter/filter/connection_network.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter {
namespace {

using namespace std::chrono_literals;
using dns::Answer;
using dns::RecordType;
using State = Answer::State;

const std::vector<std::string> texts = {"first.example=127.0.0.2", "second.example as Second"};

dns::Answers answers(const std::string& zone, const std::string& record)
{
    return {{dns::question("7.2.0.192." + zone, RecordType::A), {State::Found, {record}}}};
}

TEST_CASE("a client is on the first list that says so", "[dns]")
{
    const ClientLists lists{texts};
    struct Row {
        std::string zone, record;
        std::optional<std::string> listing;
    };
    const auto row = GENERATE(values<Row>({
        {"first.example", "127.0.0.2", "first.example"},
        {"first.example", "127.0.0.3", std::nullopt},
        {"second.example", "127.0.0.3", "Second"},
        {"second.example", "127.255.255.254", std::nullopt},  // "you ask too much"
        {"second.example", "203.0.113.9", std::nullopt},      // the domain was taken over
    }));
    INFO(row.zone << ' ' << row.record);
    CHECK(lists.listing("192.0.2.7", answers(row.zone, row.record)) == row.listing);
    CHECK(lists.listing("192.0.2.8", answers(row.zone, row.record)) == std::nullopt);
}

TEST_CASE("addresses are looked up turned round", "[dns]")
{
    const ClientLists lists{texts};
    CHECK(lists.questions("192.0.2.7") ==
          dns::Questions{dns::question("7.2.0.192.first.example", RecordType::A),
                         dns::question("7.2.0.192.second.example", RecordType::A)});
    CHECK(lists.questions("2001:db8::1").size() == 2);
    CHECK(lists.questions("").empty());
    CHECK(lists.listing("", {}) == std::nullopt);
}

TEST_CASE("the lists are asked when a client connects, and SPF with HELO", "[dns]")
{
    dns::Answers records = answers("second.example", "127.0.0.4");
    dns::Questions asked;
    ConnectionNetwork network{[&](const dns::Questions& questions, const dns::Answered& answered) {
                                  for (const auto& question : questions) {
                                      asked.insert(question);
                                      const auto found = records.find(question);
                                      answered(question, found == records.end()
                                                             ? Answer{State::NoName, {}}
                                                             : found->second);
                                  }
                              },
                              nullptr, ClientLists{texts}, "192.0.2.7"};
    CHECK(asked.size() == 2);
    network.helo("mail.sender.example", "mx.example", {});
    CHECK(asked.contains(dns::question("mail.sender.example", RecordType::Txt)));
    CHECK(network.listing(std::chrono::steady_clock::now() + 1s) == "Second");
}

TEST_CASE("a list that does not answer has no say, and one that refuses is left in peace", "[dns]")
{
    dns::SilentLists silent;
    const auto refused = answers("second.example", "127.255.255.254");
    const dns::Ask ask = [&](const auto& questions, const auto& answered) {
        for (const auto& question : questions)
            if (const auto found = refused.find(question); found != refused.end())
                answered(question, found->second);
    };
    ConnectionNetwork network{ask, &silent, ClientLists{texts}, "192.0.2.7"};
    CHECK(network.listing(std::chrono::steady_clock::now() + 10ms) == std::nullopt);
    const auto now = std::chrono::steady_clock::now();
    CHECK(silent.hold(dns::question("1.0.0.127.second.example", RecordType::A), now));
    CHECK_FALSE(silent.hold(dns::question("1.0.0.127.first.example", RecordType::A), now));
}

}  // namespace
}  // namespace lazaret::filter
