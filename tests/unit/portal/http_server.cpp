#include "portal/http_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <new>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;
using namespace std::chrono_literals;

namespace {

// Long enough for a machine that is busy; no test waits for it when all is well.
constexpr timeval test_patience{.tv_sec = 60, .tv_usec = 0};

class Client {
public:
    explicit Client(int port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &test_patience, sizeof test_patience);
        REQUIRE(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                          sizeof address) == 0);
    }

    /// @return false when the server has gone.
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto size = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    /// All until the server closes; "(nothing)" when it does not.
    std::string answer()
    {
        std::string all;
        std::array<char, 4096> piece{};
        while (true) {
            const auto size = ::recv(socket_.get(), piece.data(), piece.size(), 0);
            if (size < 0 && errno == EAGAIN) return "(nothing)";
            if (size <= 0) return all;
            all.append(piece.data(), static_cast<std::size_t>(size));
        }
    }
    std::string asks(std::string_view bytes)
    {
        send(bytes);
        return answer();
    }

private:
    FileDescriptor socket_;
};

// A server that says what it understood.
struct EchoServer {
    std::atomic<int> long_answers = 0;
    HttpServer server;
    std::jthread running;

    explicit EchoServer(const Connections::Bounds& bounds = {})
        : server{{.listen = "127.0.0.1:0",
                  .trusted_proxies = Networks::parse(std::vector<std::string>{"127.0.0.1"}),
                  .bounds = bounds},
                 [this](const Request& request) { return said(request); }},
          running{[this] { server.run(); }}
    {
    }
    ~EchoServer() { server.stop(); }

    Response said(const Request& request)
    {
        if (request.path == "/fails") throw std::bad_alloc{};
        if (request.path == "/long") {
            ++long_answers;
            return {.body = std::string(8 << 20, 'a')};
        }
        auto body = fmt::format("path={} large={} origin={} cookies={} client={}", request.path,
                                request.too_large, request.origin, request.cookies, request.client);
        for (const auto& [name, value] : request.form) body += fmt::format(" {}={}", name, value);
        Response response{.body = body + "."};
        protect(response, Document::Page);
        return response;
    }

    std::string asked(std::string_view bytes) { return Client{server.port()}.asks(bytes); }
};

bool has(const std::string& answer, std::string_view text)
{
    INFO(answer.substr(0, 2000));
    return answer.find(text) != std::string::npos;
}

const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";

}  // namespace

TEST_CASE("a head with bare line feeds is told so", "[portal]")
{
    EchoServer echo;
    for (const auto* head : {"GET /m HTTP/1.1\nHost: x\n\n", "GET /m HTTP/1.1\nHost: x\n\r\n",
                             "GET /m HTTP/1.1\r\nHost: x\n\r\n"})
        CHECK(echo.asked(head).starts_with("HTTP/1.1 400 "));
}

TEST_CASE("a request is understood and answered", "[portal]")
{
    EchoServer echo;
    const auto page = echo.asked("GET /m/x%20y?z HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(page.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has(page, "path=/m/x y "));
    CHECK(has(page, "client=127.0.0.1."));
    CHECK(has(page, "Connection: close\r\n"));
    const auto posted = echo.asked("POST /m HTTP/1.1\r\n" + form + "Content-Length: 3\r\n\r\na=b");
    CHECK(has(posted, "large=false"));
    CHECK(has(posted, " a=b."));
    CHECK_FALSE(has(echo.asked("HEAD /m HTTP/1.1\r\n\r\n"), "path="));
    // A whole URI (RFC 9112 3.2.2), several lines of one field.
    CHECK(has(echo.asked("GET http://x/m HTTP/1.1\r\n\r\n"), "path=/m "));
    CHECK(has(echo.asked("GET HTTPS://x HTTP/1.1\r\n\r\n"), "path=/ "));
    CHECK(has(echo.asked("GET / HTTP/1.1\r\nOrigin: null\r\nOrigin: http://evil\r\n\r\n"),
              "origin=null,http://evil "));
    CHECK(has(echo.asked("GET / HTTP/1.1\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n"),
              "cookies=a=b; c=d "));
    // A proxy may add a line of its own; what stands before it anybody can write.
    CHECK(has(echo.asked("GET / HTTP/1.1\r\nX-Forwarded-For: 1.2.3.4\r\n"
                         "X-Forwarded-For: 203.0.113.9\r\n\r\n"),
              "client=203.0.113.9."));
    // Without a length there is no body, and nobody waits for one.
    CHECK(has(echo.asked("POST /m HTTP/1.1\r\n" + form + "\r\na=b"), "127.0.0.1."));
    const auto told = echo.asked("POST /m HTTP/1.1\r\n" + form +
                                 "Expect: 100-continue\r\nContent-Length: 3\r\n\r\na=b");
    CHECK(has(told, " a=b."));
}

TEST_CASE("what is refused unseen is answered, with what each response must have", "[portal]")
{
    EchoServer echo;
    const auto check = [&](std::string_view request, std::string_view status) {
        CAPTURE(request.substr(0, 100));
        const auto answer = echo.asked(request);
        CHECK(answer.starts_with(fmt::format("HTTP/1.1 {} ", status)));
        CHECK(has(answer, "Content-Security-Policy"));
        CHECK(has(answer, "Cache-Control: no-store"));
    };
    // Paths that no pattern of the library matches: it would read and unpack their bodies.
    for (const auto* path : {"*", "/%0a", "http://x/"})
        check(fmt::format(
                  "POST {} HTTP/1.1\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", path),
              "415");
    check("GET /" + std::string(100'000, 'a'), "431");
    check("junk\r\n\r\n", "400");
    check("GET / HTTP/1.1\r\nRange: bytes=0-1,0-1\r\n\r\n", "416");
    check("POST /m HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400");
    // That one is a page.
    CHECK(has(
        echo.asked("POST /m HTTP/1.1\r\nContent-Length: 17000\r\n\r\n" + std::string(17000, 'a')),
        "large=true"));
}

TEST_CASE("whoever sends without end is stopped", "[portal]")
{
    EchoServer echo;
    for (const std::string head : {"GET /", "GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\n",
                                   "POST * HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        CAPTURE(head);
        Client client{echo.server.port()};
        bool is_heard = client.send(head);
        const std::string block(1 << 16, '0');
        // 64 GB, if nobody stops it.
        for (int time = 0; is_heard && time < (1 << 20); ++time) is_heard = client.send(block);
        CHECK_FALSE(is_heard);
    }
}

TEST_CASE("many who are slow keep nobody from being answered", "[portal]")
{
    // Patience without end: it is not what helps here.
    EchoServer echo{{.threads = 2, .most = 50, .reading = 1h, .writing = 1h}};
    std::vector<Client> slow;
    const auto add = [&](std::string_view said) {
        for (int one = 0; one < 40; ++one) slow.emplace_back(echo.server.port()).send(said);
    };
    add("");
    add("GET / HTTP/1.1\r\nX: ");
    add("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na");
    // Nobody reads these.
    add("GET /long HTTP/1.1\r\n\r\n");
    CHECK(has(echo.asked("GET /m HTTP/1.1\r\n\r\n"), "path=/m "));
    // Whoever has kept us waiting the longest had to go.
    CHECK(slow.front().answer().empty());
}

TEST_CASE("answers that nobody reads take bounded memory", "[portal]")
{
    EchoServer echo{{.unread = 20 << 20, .writing = 1h}};
    std::vector<Client> slow;
    for (int one = 0; one < 5; ++one)
        slow.emplace_back(echo.server.port()).send("GET /long HTTP/1.1\r\n\r\n");
    // Reading makes room: not before there were more answers than may wait.
    for (int rest = 600; rest > 0 && echo.long_answers < 5; --rest)
        std::this_thread::sleep_for(100ms);
    CHECK(has(echo.asked("GET /m HTTP/1.1\r\n\r\n"), "path=/m "));
    int whole = 0;
    for (auto& one : slow) whole += one.answer().size() > (8 << 20) ? 1 : 0;
    CHECK(whole < 5);
}

TEST_CASE("a request that does not come to its end is given up", "[portal]")
{
    EchoServer echo{{.reading = 100ms, .writing = 100ms}};
    Client silent{echo.server.port()};
    Client half{echo.server.port()};
    half.send("GET / HTTP/1.1\r\nX: ");
    CHECK(silent.answer().empty());
    CHECK(half.answer().empty());
}

TEST_CASE("a request that fails fails alone", "[portal]")
{
    EchoServer echo;
    CHECK(echo.asked("GET /fails HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 500 "));
    CHECK(has(echo.asked("GET /m HTTP/1.1\r\n\r\n"), "path=/m "));

    // Also where the server itself cannot go on.
    Connections broken{"127.0.0.1:0", {}, [](const auto& request, const auto&) -> std::string {
                           if (request.head().starts_with("GET")) throw std::bad_alloc{};
                           return "well";
                       }};
    const std::jthread running{[&] { broken.run(); }};
    CHECK(Client{broken.port()}.asks("GET / HTTP/1.1\r\n\r\n").empty());
    CHECK(Client{broken.port()}.asks("PUT / HTTP/1.1\r\n\r\n") == "well");
    broken.stop();
}

TEST_CASE("a server that is told to stop finishes what was begun", "[portal]")
{
    std::atomic<bool> is_asked = false;
    std::atomic<bool> may_answer = false;
    HttpServer server{{.listen = "127.0.0.1:0"}, [&](const Request&) {
                          is_asked = true;
                          is_asked.notify_all();
                          may_answer.wait(false);
                          return Response{.body = "done"};
                      }};
    std::jthread running{[&] { server.run(); }};
    Client client{server.port()};
    const Client silent{server.port()};
    client.send("GET / HTTP/1.1\r\n\r\n");
    is_asked.wait(false);
    server.stop();
    may_answer = true;
    may_answer.notify_all();
    CHECK(has(client.answer(), "done"));
    running.join();
}

TEST_CASE("a second server on the same port is refused", "[portal]")
{
    const HttpServer first{{.listen = "127.0.0.1:0"}, [](const Request&) { return Response{}; }};
    const auto listen = fmt::format("127.0.0.1:{}", first.port());
    CHECK_THROWS_AS(HttpServer({.listen = listen}, [](const Request&) { return Response{}; }),
                    Error);
}
