#include "milter/filter/dns/resolver.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <thread>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "milter/filter/dns/channel.hpp"
#include "milter/filter/dns/client_shares.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/dns/name_server.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

/// A name server that hears everything and says nothing.
class SilentServer {
public:
    SilentServer() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        port_ = bound_port(socket_.get());
        REQUIRE(port_ != 0);
    }
    [[nodiscard]] DnsConfig config() const
    {
        DnsConfig config;
        config.servers = {fmt::format("127.0.0.1@{}", port_)};
        return config;
    }
    /// How many questions it has heard since it was last asked.
    [[nodiscard]] int heard() const
    {
        std::array<char, 512> question{};
        int count = 0;
        while (::recv(socket_.get(), question.data(), question.size(), MSG_DONTWAIT) > 0) ++count;
        return count;
    }

private:
    FileDescriptor socket_;
    int port_ = 0;
};

Questions names(const std::string& domain, int count)
{
    Questions all;
    for (int number = 0; number < count; ++number)
        all.insert(question(fmt::format("n{}.{}", number, domain), RecordType::A));
    return all;
}

TEST_CASE("when nobody answers, who waits is told so, and later ones at once", "[dns]")
{
    const SilentServer server;
    Resolver resolver{server.config()};
    std::atomic<int> answers = 0;
    std::atomic<int> found = 0;
    const Answered count = [&](const Question&, const Answer& answer) {
        if (answer != Answer{}) ++found;
        ++answers;
    };
    for (const auto* domain : {"a.example", "b.example", "c.example"})
        resolver.ask(names(domain, 2), count);
    for (int rest = 300; rest > 0 && answers < 6; --rest) std::this_thread::sleep_for(100ms);
    CHECK(answers == 6);
    CHECK(found == 0);
    CHECK(resolver.is_away());
    resolver.ask(names("d.example", 1), count);  // sent: it may end the outage
    resolver.ask(names("e.example", 1), count);
    CHECK(answers >= 7);
    CHECK(resolver.counts().not_asked == 1);
    for (int rest = 60; rest > 0 && answers < 8; --rest) std::this_thread::sleep_for(50ms);
    CHECK(answers == 8);  // long before it is given up
}

// What is said to these, when all have been answered.
std::map<Question, Answer> answers_of(Resolver& resolver, const Questions& questions)
{
    struct Waiting {
        std::mutex lock;
        std::condition_variable changed;
        std::map<Question, Answer> answers;
    };
    const auto waiting = std::make_shared<Waiting>();
    resolver.ask(questions, [waiting](const Question& question, Answer answer) {
        std::lock_guard hold{waiting->lock};
        waiting->answers.emplace(question, std::move(answer));
        waiting->changed.notify_all();
    });
    std::unique_lock hold{waiting->lock};
    waiting->changed.wait_for(hold, 20s,
                              [&] { return waiting->answers.size() == questions.size(); });
    return waiting->answers;
}

TEST_CASE("a resolver brings what a name server says, and asks again only when it is silent",
          "[dns]")
{
    using State = Answer::State;
    const NameServer server;
    Resolver resolver{server.config()};
    struct Row {
        Question question;
        Answer answer;
        int asked;  ///< times, when it is wanted twice
    };
    const auto row = GENERATE(values<Row>({
        {question("a.example", RecordType::A), {State::Found, {"192.0.2.1"}}, 1},
        {question("n.example", RecordType::A), {State::NoName, {}}, 1},
        {question("f.example", RecordType::A), {State::Failed, {}}, 1},
        {question("s.example", RecordType::A), {State::Found, {"192.0.2.1"}}, 1},
        {question("l.example", RecordType::Txt),
         {State::Found, {std::string(NameServer::long_text, 'x')}},
         1},
    }));
    DYNAMIC_SECTION(row.question.name)
    {
        const std::map<Question, Answer> wanted{{row.question, row.answer}};
        CHECK(answers_of(resolver, {row.question}) == wanted);
        CHECK(answers_of(resolver, {row.question}) == wanted);
        CHECK(server.asked() == row.asked);
    }
}

TEST_CASE("the first of several servers that is silent is passed over from then on", "[dns]")
{
    const SilentServer silent;
    const NameServer server;
    auto config = silent.config();
    config.servers.push_back(server.config().servers.front());
    Resolver resolver{config};
    for (const auto* domain : {"a.example", "b.example"}) {
        const auto answers = answers_of(resolver, names(domain, 3));
        REQUIRE(answers.size() == 3);
        CHECK(std::ranges::all_of(answers, [](const auto& one) {
            return one.second.is_void() || one.second.is_found();
        }));
        CHECK(silent.heard() == (domain[0] == 'a' ? 3 : 0));
    }
    CHECK_FALSE(resolver.is_away());
}

TEST_CASE("what each of several servers fails to answer has failed, and is kept as such", "[dns]")
{
    const NameServer server;
    const NameServer other;
    auto config = server.config();
    config.servers.push_back(other.config().servers.front());
    Resolver resolver{config};
    const auto failed = question("f.example", RecordType::A);
    for (int round = 0; round < 3; ++round) {
        CHECK(answers_of(resolver, {failed}).at(failed).state == Answer::State::Failed);
        CHECK(server.asked() + other.asked() == 2);
    }
}

TEST_CASE("what several ask at the same time is asked once", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    std::atomic<int> answers = 0;
    for (int time = 0; time < 5; ++time)  // the first one is lost
        resolver.ask({question("s.example", RecordType::A)},
                     [&](const Question&, const Answer&) { ++answers; });
    for (int rest = 200; rest > 0 && answers < 5; --rest) std::this_thread::sleep_for(50ms);
    CHECK(answers == 5);
    CHECK(server.asked() == 1);
    CHECK(resolver.counts().found == 1);
}

TEST_CASE("an answer may ask for more, on the resolver's own thread", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    std::atomic<int> left = 300;
    std::function<void()> ask = [&] {
        resolver.ask({question(fmt::format("a{}.example", left % 200), RecordType::A)},
                     [&](const Question&, const Answer&) {
                         if (--left > 0) ask();
                     });
    };
    ask();
    for (int rest = 200; rest > 0 && left > 0; --rest) std::this_thread::sleep_for(50ms);
    CHECK(left == 0);
    CHECK(server.asked() == 200);
}

TEST_CASE("a server without EDNS is asked without", "[dns]")
{
    NameServer server;
    server.know_no_edns();
    Resolver resolver{server.config()};
    for (const auto* domain : {"a.example", "b.example"}) {
        Questions questions{question(fmt::format("l.{}", domain), RecordType::Txt)};
        for (int number = 0; number < 40; ++number)
            questions.insert(question(fmt::format("a{}.{}", number, domain), RecordType::A));
        const auto answers = answers_of(resolver, questions);
        CHECK(answers.size() == questions.size());
        CHECK(std::ranges::all_of(answers, [](const auto& one) { return one.second.is_found(); }));
        // Only those that were on their way had to be asked twice.
        CHECK(server.asked() <= (domain[0] == 'a' ? 2 * 41 : 3 * 41));
    }
}

TEST_CASE("a reply that is too long for a datagram costs other questions nothing", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    Questions questions{question("w.example", RecordType::A)};
    for (int number = 0; number < 6; ++number)
        questions.insert(question(fmt::format("l{}.example", number), RecordType::Txt));
    const auto answers = answers_of(resolver, questions);
    CHECK(answers.size() == 7);
    for (const auto& [question, answer] : answers) {
        INFO(question.name);
        CHECK(answer.is_found());
    }
}

TEST_CASE("what is asked by connections has its turn, however much it is", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    Questions questions;
    for (int number = 0; number < 600; ++number)
        questions.insert(question(fmt::format("l{}.example", number), RecordType::Txt));
    CHECK(answers_of(resolver, questions).size() == questions.size());
    CHECK(resolver.counts().found == questions.size());
}

TEST_CASE("an outage in which all fails at once ends when questions are answered", "[dns]")
{
    NameServer server;
    Resolver resolver{server.config()};
    int asked = 0;
    const auto comes = [&](bool away) {
        for (int rest = 300; rest > 0 && resolver.is_away() != away; --rest) {
            resolver.ask(names(fmt::format("a{}.example", ++asked), 1),
                         [](const Question&, const Answer&) {});
            std::this_thread::sleep_for(100ms);
        }
        return resolver.is_away() == away;
    };
    server.fail(true);
    REQUIRE(comes(true));
    std::this_thread::sleep_for(1s);  // until the probe has failed, too
    server.fail(false);
    CHECK(comes(false));
}

TEST_CASE("names whose servers are silent are no outage where names of one label fail", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    for (int number = 0; number < 4; ++number) {
        resolver.ask({question(fmt::format("q{}.example", number), RecordType::A)},
                     [](const Question&, const Answer&) {});
        std::this_thread::sleep_for(500ms);
    }
    std::this_thread::sleep_for(2s);
    CHECK_FALSE(resolver.is_away());
    CHECK(answers_of(resolver, {question("a.example", RecordType::A)}).begin()->second.is_found());
}

TEST_CASE("who throws at an answer keeps it from nobody else", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    const Questions questions{question("w.example", RecordType::A)};
    resolver.ask(questions, [](const Question&, const Answer&) { throw std::bad_alloc{}; });
    CHECK(answers_of(resolver, questions).size() == 1);
}

TEST_CASE("a port is not used for long", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    // A few at a time: a socket holds no thousand datagrams.
    for (const auto* domain : {"a.example", "b.example", "c.example", "d.example", "e.example"})
        CHECK(answers_of(resolver, names(domain, 100)).size() == 100);
    CHECK(server.clients() >= 500 / Channel::most_asked);
}

TEST_CASE("servers are named by address and port", "[dns]")
{
    const auto list = [](const std::vector<std::string>& servers) {
        return servers_from(servers).list;
    };
    CHECK(list({"192.0.2.1", "2001:db8::1@5353"}) == "192.0.2.1:53,[2001:db8::1]:5353");
    CHECK(list({}).empty());
    for (const auto* wrong :
         {"", "ns.example", "fe80::1%lo", "192.0.2.1@", "192.0.2.1@0", "192.0.2.1@65536",
          "192.0.2.1@53x", "192.0.2.1:53", "192.0.2.1,192.0.2.2"}) {
        INFO(wrong);
        CHECK_THROWS_AS(servers_from({wrong}), Error);
    }
}

TEST_CASE("a resolver that goes tells nobody anything", "[dns]")
{
    const SilentServer server;
    std::atomic<int> answers = 0;
    {
        Resolver resolver{server.config()};
        resolver.ask(names("a.example", 20), [&](const Question&, const Answer&) { ++answers; });
        std::this_thread::sleep_for(100ms);
    }
    CHECK(answers == 0);
}

TEST_CASE("a client who asks for silent names takes the resolver from nobody", "[dns]")
{
    const NameServer server;
    Resolver resolver{server.config()};
    ClientShares shares;
    const auto flood = shares.asking("192.0.2.7", resolver.asking());
    for (int batch = 0; batch < 2'000; ++batch) {
        Questions questions;
        for (int number = 0; number < 10; ++number)
            questions.insert(question(fmt::format("q{}-{}.example", batch, number), RecordType::A));
        flood(questions, [](const Question&, const Answer&) {});
    }
    const auto other = question("a.example", RecordType::A);
    CHECK(answers_of(resolver, {other}).at(other).is_found());
    CHECK(resolver.counts().asked == ClientShares::most_of_client + 1);
    CHECK(resolver.counts().not_asked == 0);
}

TEST_CASE("more questions than may be on their way are not sent", "[dns]")
{
    const SilentServer server;
    Resolver resolver{server.config()};
    std::atomic<int> answers = 0;
    const Answered count = [&](const Question&, const Answer&) { ++answers; };
    for (int batch = 0; batch < 320; ++batch)
        resolver.ask(names(fmt::format("b{}.example", batch), 51), count);
    CHECK(answers >= 320);
    CHECK(resolver.counts().not_asked >= 320);
}

}  // namespace
}  // namespace lazaret::filter::dns
