#include "milter/filter/dns/resolver.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "base/handle.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

/// A name server that hears everything and says nothing.
class SilentServer {
public:
    SilentServer() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), any, size) == 0);
        REQUIRE(::getsockname(socket_.get(), any, &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    [[nodiscard]] DnsConfig config() const
    {
        DnsConfig config;
        config.servers = {fmt::format("127.0.0.1@{}", port_)};
        return config;
    }

private:
    FileDescriptor socket_;
    int port_ = 0;
};

std::set<Question> names(const std::string& domain, int count)
{
    std::set<Question> all;
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
    resolver.ask(names("d.example", 1), count);
    CHECK(answers == 7);
    CHECK(resolver.counts().not_asked == 1);
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

TEST_CASE("more questions than may be on their way are not sent", "[dns]")
{
    const SilentServer server;
    Resolver resolver{server.config()};
    std::atomic<int> answers = 0;
    const Answered count = [&](const Question&, const Answer&) { ++answers; };
    for (int batch = 0; batch < 80; ++batch)
        resolver.ask(names(fmt::format("b{}.example", batch), 51), count);
    CHECK(answers >= 80);
    CHECK(resolver.counts().not_asked >= 80);
}

}  // namespace
}  // namespace lazaret::filter::dns
