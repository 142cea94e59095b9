#include "portal/databases.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <future>
#include <optional>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace {

/// Takes connections and never says a word, as a host that hangs does.
class SilentServer {
public:
    SilentServer()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listener_->get(), any, size) == 0);
        REQUIRE(::listen(listener_->get(), 16) == 0);
        REQUIRE(::getsockname(listener_->get(), any, &size) == 0);
        port_ = ntohs(address.sin_port);
    }

    [[nodiscard]] DatabaseConfig config() const
    {
        DatabaseConfig config;
        config.connection = fmt::format("host=127.0.0.1 port={} dbname=none", port_);
        config.connect_timeout = 2s;  // the least that libpq knows
        return config;
    }

    /// Waits for the next one who connects; false when nobody does in that time.
    bool takes_one(std::chrono::milliseconds patience)
    {
        pollfd who{.fd = listener_->get(), .events = POLLIN, .revents = 0};
        if (::poll(&who, 1, static_cast<int>(patience.count())) != 1) return false;
        taken_.emplace_back(::accept(listener_->get(), nullptr, nullptr));
        return true;
    }

    void go()
    {
        taken_.clear();
        listener_.reset();
    }

private:
    std::optional<FileDescriptor> listener_{
        FileDescriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}};
    std::vector<FileDescriptor> taken_;
    std::uint16_t port_ = 0;
};

// Why there was no database.
std::string cause(portal::Databases& databases)
{
    try {
        databases.with([](store::Database&) { FAIL("a database that never answered"); });
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Unavailable);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("one at a time waits for a database that is silent, the others are refused at once",
          "[portal]")
{
    SilentServer server;
    portal::Databases databases{server.config(), system_now};
    const auto silence = cause(databases);
    REQUIRE(server.takes_one(0ms));

    auto one = std::async(std::launch::async, [&] { return cause(databases); });
    REQUIRE(server.takes_one(10s));
    for (int at = 0; at < 50; ++at) CHECK(cause(databases) == silence);
    CHECK_FALSE(server.takes_one(0ms));

    server.go();
    one.wait();
    // The next one tries, and is told at once; so nobody is kept from asking any more.
    const auto refusal = cause(databases);
    CHECK(refusal != silence);
    CHECK(cause(databases) == refusal);
}
