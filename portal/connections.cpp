#include "portal/connections.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/log.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// For a peer to take note of the end of an answer. Closing at once while he still sends would take
// the answer away from him.
constexpr auto leaving = 2s;
// After the system had nothing left for one more connection.
constexpr auto respite = 100ms;

struct Connection {
    explicit Connection(const IncomingRequest::BodyBound& body) : request{body} {}

    enum class Stage { Reading, Answering, Writing, Leaving };

    FileDescriptor socket;
    std::string peer;
    Stage stage = Stage::Reading;
    Clock::time_point until{};  ///< of all stages but Answering
    IncomingRequest request;
    bool is_told_to_go_on = false;
    std::string answer{};
    std::atomic<bool> is_answered = false;  ///< `answer` is there; set by the thread that made it
    std::size_t written = 0;
};

bool waits_for_peer(const Connection& one) { return one.stage != Connection::Stage::Answering; }

bool has_said_nothing(const Connection& one)
{
    return one.stage == Connection::Stage::Reading && !one.request.has_begun();
}

// Threads that answer, each one request at a time.
class Answerers {
public:
    Answerers(std::size_t threads, std::function<void(Connection&)> answer)
        : answer_{std::move(answer)}
    {
        for (std::size_t one = 0; one < threads; ++one)
            threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }

    void give(Connection& one)
    {
        {
            std::lock_guard hold{lock_};
            waiting_.push_back(&one);
        }
        more_.notify_one();
    }

private:
    void work(const std::stop_token& stop)
    {
        while (true) {
            Connection* one = nullptr;
            {
                std::unique_lock hold{lock_};
                if (!more_.wait(hold, stop, [&] { return !waiting_.empty(); })) return;
                one = waiting_.front();
                waiting_.pop_front();
            }
            answer_(*one);
        }
    }

    std::function<void(Connection&)> answer_;
    std::mutex lock_;
    std::condition_variable_any more_;
    std::deque<Connection*> waiting_;
    std::vector<std::jthread> threads_;
};

FileDescriptor listen_on(const addrinfo& place)
{
    FileDescriptor socket{
        ::socket(place.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, place.ai_protocol)};
    const int yes = 1;
    const int no = 0;
    // Not SO_REUSEPORT: a second portal is to be refused.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (place.ai_family == AF_INET6)
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (::bind(socket.get(), place.ai_addr, place.ai_addrlen) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0)
        return {};
    return socket;
}

FileDescriptor listen_on(const std::string& address)
{
    const auto colon = std::min(address.rfind(':'), address.size());
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto port = address.substr(std::min(colon + 1, address.size()));
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    FileDescriptor socket;
    if (::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &wanted, &found) == 0) {
        const CHandle<addrinfo, ::freeaddrinfo> places{found};
        for (const auto* one = found; one != nullptr && !socket; one = one->ai_next)
            socket = listen_on(*one);
    }
    if (!socket)
        throw Error{Error::Kind::Setup, "cannot listen on {}", address}.with_hint(
            "see whether another program does, and [portal] listen");
    return socket;
}

// An address as text, without port.
std::string text_of(const sockaddr_storage& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bits = &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
    if (address.ss_family == AF_INET6)
        bits = &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
    ::inet_ntop(address.ss_family, bits, text.data(), text.size());
    return text.data();
}

int port_of(const FileDescriptor& socket)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    // The port stands at the same place of both kinds.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

bool is_for_later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

struct Connections::Private {
    const Bounds bounds;
    const Answer answer;
    FileDescriptor listener;
    const int port;
    FileDescriptor wake;
    std::atomic<bool> is_stopped = false;
    Clock::time_point accepts_from{};
    std::list<Connection> all{};  // the oldest first
    Answerers answerers;          // ends before `all` does

    Private(const std::string& address, const Bounds& wanted, Answer how)
        : bounds{wanted},
          answer{std::move(how)},
          listener{listen_on(address)},
          port{port_of(listener)},
          wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
          answerers{bounds.threads, [this](Connection& one) { make_answer(one); }}
    {
        if (!wake) throw Error{Error::Kind::Unavailable, "no eventfd is left"};
    }

    void wake_up() noexcept
    {
        const std::uint64_t one = 1;
        // It fails only when a wake-up is waiting already.
        [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
    }

    // An edge, in a thread of `answerers`: whatever happens to a request, memory that is not there
    // among it, the others go on. An empty answer closes the connection.
    void make_answer(Connection& one) noexcept
    {
        try {
            one.answer = answer(one.request, one.peer);
        } catch (const std::exception& error) {
            one.answer.clear();
            complain("request given up", error.what());
        }
        one.is_answered = true;
        wake_up();
    }

    static void complain(std::string_view event, std::string_view why) noexcept
    try {
        log::error(event, {{"error", why}});
    } catch (...) {
        // There is not even memory for the line.
    }

    void run()
    {
        std::vector<pollfd> watched;
        std::vector<std::list<Connection>::iterator>
            who;  // of what `watched` has behind the first two
        watched.reserve(bounds.most + 2);
        who.reserve(bounds.most);
        while (true) {
            if (is_stopped) {
                listener = {};
                std::erase_if(all, has_said_nothing);
                if (all.empty()) return;
            }
            watched.assign(
                {{.fd = wake.get(), .events = POLLIN, .revents = 0},
                 {.fd = accepts() ? listener.get() : -1, .events = POLLIN, .revents = 0}});
            who.clear();
            for (auto one = all.begin(); one != all.end(); ++one) {
                if (!waits_for_peer(*one)) continue;
                const bool writes = one->stage == Connection::Stage::Writing;
                const auto events = static_cast<short>(writes ? POLLOUT : POLLIN);
                watched.push_back({.fd = one->socket.get(), .events = events, .revents = 0});
                who.push_back(one);
            }
            if (::poll(watched.data(), watched.size(), patience()) < 0 && errno != EINTR)
                throw Error{Error::Kind::Unavailable,
                            "connections on port {} cannot be waited for: {}", port,
                            std::generic_category().message(errno)};
            go_on(watched, who);
        }
    }

    bool accepts() const
    {
        return listener && Clock::now() >= accepts_from &&
               (all.size() < bounds.most || std::ranges::any_of(all, waits_for_peer));
    }

    // Milliseconds until somebody's time is over; -1: nobody's.
    int patience() const
    {
        auto next = Clock::time_point::max();
        if (listener && accepts_from > Clock::now()) next = accepts_from;
        for (const auto& one : all)
            if (waits_for_peer(one)) next = std::min(next, one.until);
        if (next == Clock::time_point::max()) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
        return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    }

    void go_on(const std::vector<pollfd>& watched,
               const std::vector<std::list<Connection>::iterator>& who)
    {
        const auto now = Clock::now();
        for (std::size_t at = 0; at < who.size(); ++at) {
            auto& one = *who[at];
            const bool is_ready = watched[at + 2].revents != 0;
            if ((is_ready && !goes_on(one)) || (waits_for_peer(one) && now >= one.until))
                all.erase(who[at]);
        }
        if (watched[0].revents != 0) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto read = ::read(wake.get(), &count, sizeof count);
        }
        for (auto& one : all) {
            if (one.stage != Connection::Stage::Answering || !one.is_answered) continue;
            one.stage = Connection::Stage::Writing;
            one.until = now + bounds.writing;
        }
        drop_slow_readers();
        if (watched[1].revents != 0) accept_one();
    }

    // An edge: a connection that there is no memory for ends alone.
    // @return false when it is over.
    bool goes_on(Connection& one) noexcept
    try {
        switch (one.stage) {
            case Connection::Stage::Reading: return reads(one);
            case Connection::Stage::Writing: return writes(one);
            case Connection::Stage::Leaving: return leaves(one);
            case Connection::Stage::Answering: break;
        }
        return true;
    } catch (const std::exception& error) {
        complain("connection given up", error.what());
        return false;
    }

    bool reads(Connection& one)
    {
        std::array<char, 16 << 10> piece{};
        const auto size = ::recv(one.socket.get(), piece.data(), piece.size(), 0);
        if (size < 0) return is_for_later(errno);
        // What breaks off is not acted on.
        if (size == 0) return false;
        if (one.request.take({piece.data(), static_cast<std::size_t>(size)})) {
            one.stage = Connection::Stage::Answering;
            answerers.give(one);
        } else if (one.request.waits_for_us() && !one.is_told_to_go_on) {
            constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            ::send(one.socket.get(), go_on.data(), go_on.size(), MSG_NOSIGNAL);
            one.is_told_to_go_on = true;
        }
        return true;
    }

    static bool writes(Connection& one)
    {
        const auto rest = std::string_view{one.answer}.substr(one.written);
        const auto size = ::send(one.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (size < 0) return is_for_later(errno);
        one.written += static_cast<std::size_t>(size);
        if (one.written < one.answer.size()) return true;
        ::shutdown(one.socket.get(), SHUT_WR);
        one.stage = Connection::Stage::Leaving;
        one.until = Clock::now() + leaving;
        // Some answers are megabytes, and who has one may stay for a while.
        return !std::exchange(one.answer, {}).empty();
    }

    static bool leaves(Connection& one)
    {
        std::array<char, 16 << 10> piece{};
        const auto size = ::recv(one.socket.get(), piece.data(), piece.size(), 0);
        return size > 0 || (size < 0 && is_for_later(errno));
    }

    // An edge, as goes_on() is.
    void accept_one() noexcept
    try {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        FileDescriptor socket{::accept4(listener.get(), reinterpret_cast<sockaddr*>(&address),
                                        &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!socket) {
            // All but these mean that one who knocked has gone.
            if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;
            accepts_from = Clock::now() + respite;
            drop_slowest();
            return;
        }
        if (all.size() >= bounds.most) drop_slowest();
        auto& one = all.emplace_back(bounds.body);
        one.socket = std::move(socket);
        one.peer = text_of(address);
        one.until = Clock::now() + bounds.reading;
    } catch (const std::exception& error) {
        complain("connection given up", error.what());
    }

    void drop_slow_readers()
    {
        const auto size = [](const Connection& one) {
            return one.stage == Connection::Stage::Writing ? one.answer.size() : 0;
        };
        std::size_t unread = 0;
        for (const auto& one : all) unread += size(one);
        std::erase_if(all, [&](const Connection& one) {
            if (unread <= bounds.unread || size(one) == 0) return false;
            unread -= size(one);
            return true;
        });
    }

    void drop_slowest()
    {
        const auto slowest = std::ranges::find_if(all, waits_for_peer);
        if (slowest != all.end()) all.erase(slowest);
    }
};

Connections::Connections(const std::string& address, const Bounds& bounds, Answer answer)
    : private_{std::make_unique<Private>(address, bounds, std::move(answer))}
{
}

Connections::~Connections() = default;

int Connections::port() const noexcept { return private_->port; }

void Connections::run() { private_->run(); }

void Connections::stop() noexcept
{
    private_->is_stopped = true;
    private_->wake_up();
}

}  // namespace lazaret::portal
