#include "portal/curl/one_click.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "portal/curl/public_address.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;

namespace {

// Listens on loopback, and knows whether somebody came.
class Listener {
public:
    Listener() : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        auto* const any = reinterpret_cast<sockaddr*>(&here);
        REQUIRE(bind(socket_, any, sizeof here) == 0);
        REQUIRE(listen(socket_, 1) == 0);
        REQUIRE(getsockname(socket_, any, &size) == 0);
        port_ = ntohs(here.sin_port);
    }
    ~Listener() { close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] std::string port() const { return std::to_string(port_); }
    [[nodiscard]] bool was_asked() const
    {
        pollfd one{socket_, POLLIN, 0};
        return poll(&one, 1, 100) == 1;
    }

private:
    int socket_;
    int port_ = 0;
};

}  // namespace

TEST_CASE("only addresses of the public internet are public", "[one-click]")
{
    for (const auto* one : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "192.169.0.1",
                            "223.255.255.255", "2001:4860:4860::8888", "2a00:1450::1"}) {
        INFO(one);
        CHECK(is_public_address(one));
    }
    for (const auto* one : {"",
                            "example.org",
                            "0.0.0.0",
                            "10.1.2.3",
                            "100.64.0.1",
                            "127.0.0.1",
                            "127.1",
                            "169.254.169.254",
                            "172.16.0.1",
                            "172.31.255.255",
                            "192.0.0.8",
                            "192.0.2.1",
                            "192.88.99.1",
                            "192.168.1.1",
                            "198.18.0.1",
                            "198.19.255.255",
                            "198.51.100.7",
                            "203.0.113.9",
                            "224.0.0.1",
                            "239.1.1.1",
                            "240.0.0.1",
                            "255.255.255.255",
                            "::",
                            "::1",
                            "::127.0.0.1",
                            "::ffff:8.8.8.8",
                            "::ffff:127.0.0.1",
                            "64:ff9b::7f00:1",
                            "64:ff9b:1::1",
                            "100::1",
                            "2001::1",
                            "2001:2::1",
                            "2001:10::1",
                            "2001:db8::1",
                            "2002:7f00:1::",
                            "3fff::1",
                            "5f00::1",
                            "fc00::1",
                            "fd12:3456::1",
                            "fe80::1",
                            "fec0::1",
                            "ff02::1"}) {
        INFO(one);
        CHECK_FALSE(is_public_address(one));
    }
}

TEST_CASE("an address is asked only when it is a plain https address", "[one-click]")
{
    struct Row {
        const char* says;
        std::string url;
        std::optional<std::string> host;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "https://news.example.org/u?a=1", "news.example.org"},
        {"a port", "https://news.example.org:8443/u", "news.example.org"},
        {"http", "http://news.example.org/u", {}},
        {"a file", "file:///etc/passwd", {}},
        {"another protocol", "gopher://news.example.org/", {}},
        {"script", "javascript:alert(1)", {}},
        {"mail", "mailto:u@news.example.org", {}},
        {"no protocol", "//news.example.org/u", {}},
        {"a user", "https://a@news.example.org/", {}},
        {"a user and a password", "https://a:b@news.example.org/", {}},
        {"nothing", "", {}},
        {"a blank", "https://news.example.org/a b", {}},
        {"a line end", "https://news.example.org/\r\nX: y", {}},
        {"a backslash", "https://news.example.org\\@127.0.0.1/", {}},
        {"too long", "https://news.example.org/" + std::string(2'000, 'x'), {}},
        {"another alphabet", "https://\xC3\xA9.example.org/", {}},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(one_click_host(row.url) == row.host); }
}

TEST_CASE("nothing of one's own network is asked, by whatever name", "[one-click]")
{
    const Listener here;
    const auto at = [&](const std::string& host) {
        const auto answer = ask_to_unsubscribe("https://" + host + ':' + here.port() + "/u", {});
        CHECK(answer.status == 0);
        return answer.trouble;
    };
    for (const auto* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1",
                             "[::ffff:127.0.0.1]", "127.0.0.1.", "127.1", "0"}) {
        INFO(host);
        CHECK_FALSE(at(host).empty());
    }
    CHECK(at("127.0.0.1") == "the address leads to a place that is not asked");
    CHECK(at("localhost") == "the address leads to a place that is not asked");
    CHECK_FALSE(here.was_asked());
}

TEST_CASE("a network that the site names is asked", "[one-click]")
{
    const Listener here;
    const OneClickRules rules{.also = Networks::parse(std::vector<std::string>{"127.0.0.0/8"}),
                              .timeout = std::chrono::milliseconds{300}};
    const auto answer = ask_to_unsubscribe("https://127.0.0.1:" + here.port() + "/u", rules);
    CHECK(answer.status == 0);
    CHECK(here.was_asked());
}
