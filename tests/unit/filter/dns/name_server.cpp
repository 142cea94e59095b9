#include "tests/unit/filter/dns/name_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <set>
#include <string_view>

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::string_literals;

constexpr std::size_t header = 12;

// RFC 1035 4.1.2: the name, its type and class.
std::string question_in(const std::string& query)
{
    auto end = header;
    while (end < query.size() && query[end] != 0)
        end += 1U + static_cast<unsigned char>(query[end]);
    return query.substr(header, end + 5 - header);
}

std::string big_endian(std::size_t number)
{
    return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
}

std::string text_record(std::size_t size)
{
    std::string data;
    for (; size > 0; size -= std::min<std::size_t>(size, 250))
        data += static_cast<char>(std::min<std::size_t>(size, 250)) +
                std::string(std::min<std::size_t>(size, 250), 'x');
    return "\xc0\x0c\0\x10\0\1\0\0\0\x3c"s + big_endian(data.size()) + data;
}

bool has_opt_record(const std::string& query) { return query[11] != 0; }

std::string reply_to(const std::string& query, bool is_datagram, bool all_fails, bool knows_edns)
{
    constexpr char refused_to_fit = 0x02;
    const auto question = question_in(query);
    const auto reply = [&](char flags, char code, const std::string& answer,
                           const std::string& authority = {}) {
        return query.substr(0, 2) + static_cast<char>('\x81' | flags) +
               static_cast<char>('\x80' | code) + "\0\1\0"s + (answer.empty() ? '\0' : '\1') +
               "\0"s + (authority.empty() ? '\0' : '\1') + "\0\0"s + question + answer + authority;
    };
    if (!knows_edns && has_opt_record(query)) return reply(0, 1, {});
    const auto one_label = question[1U + static_cast<unsigned char>(question[0])] == 0;
    switch (all_fails || one_label ? 'f' : question[1]) {
        case 'f': return reply(0, 2, {});
        case 'n':
            return reply(0, 3, {},
                         "\0\0\6\0\1\0\0\0\x3c\0\x16\0\0"s + std::string(16, '\0') + "\0\0\0\x3c"s);
        case 'l':
            return is_datagram ? reply(refused_to_fit, 0, {})
                               : reply(0, 0, text_record(NameServer::long_text));
        default: return reply(0, 0, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"s);
    }
}

}  // namespace

int bound_port(int socket, int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket, any, size) != 0 || ::getsockname(socket, any, &size) != 0) return 0;
    return ntohs(address.sin_port);
}

NameServer::NameServer() : stop_{eventfd(0, EFD_CLOEXEC)}
{
    // A port that is free for datagrams may be taken for connections.
    for (int rest = 20; rest > 0 && port_ == 0; --rest) {
        connections_ = FileDescriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        datagrams_ = FileDescriptor{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        port_ = bound_port(datagrams_.get(), bound_port(connections_.get()));
    }
    REQUIRE(port_ != 0);
    REQUIRE(::listen(connections_.get(), 1'000) == 0);
    thread_ = std::thread{[this] { run(); }};
}

NameServer::~NameServer()
{
    eventfd_write(stop_.get(), 1);
    thread_.join();
}

DnsConfig NameServer::config() const
{
    DnsConfig config;
    config.servers = {fmt::format("127.0.0.1@{}", port_)};
    return config;
}

void NameServer::run()
{
    for (;;) {
        std::array<pollfd, 3> all{{{datagrams_.get(), POLLIN, 0},
                                   {connections_.get(), POLLIN, 0},
                                   {stop_.get(), POLLIN, 0}}};
        if (::poll(all.data(), all.size(), -1) <= 0 || all[2].revents != 0) return;
        if (all[0].revents != 0) answer_datagram();
        if (all[1].revents != 0) answer_connection();
    }
}

void NameServer::answer_datagram()
{
    static thread_local std::set<std::string> silent;
    static thread_local std::set<std::string> asked;
    static thread_local std::set<std::uint16_t> ports;
    std::string query(2'000, '\0');
    sockaddr_in client{};
    socklen_t size = sizeof client;
    auto* const any = reinterpret_cast<sockaddr*>(&client);
    const auto count = ::recvfrom(datagrams_.get(), query.data(), query.size(), 0, any, &size);
    if (count < static_cast<ssize_t>(header)) return;
    query.resize(static_cast<std::size_t>(count));
    ports.insert(client.sin_port);
    clients_ = static_cast<int>(ports.size());
    const auto question = question_in(query);
    asked.insert(query.substr(0, 2) + question);
    asked_ = static_cast<int>(asked.size());
    if (question[1] == 's' && silent.insert(question).second) return;
    if (question[1] == 'q') return;
    const auto send = [this, client, reply = reply_to(query, true, all_fails_, knows_edns_)] {
        ::sendto(datagrams_.get(), reply.data(), reply.size(), 0,
                 reinterpret_cast<const sockaddr*>(&client), sizeof client);
    };
    if (question[1] != 'w') return send();
    late_.emplace_back([send] {
        std::this_thread::sleep_for(std::chrono::milliseconds{300});
        send();
    });
}

// The first question, which comes whole: it is short and from this very host.
void NameServer::answer_connection()
{
    const FileDescriptor client{::accept(connections_.get(), nullptr, nullptr)};
    std::string query(2'000, '\0');
    const auto count = ::recv(client.get(), query.data(), query.size(), 0);
    if (count < static_cast<ssize_t>(header + 2)) return;
    const auto reply = reply_to(query.substr(2, static_cast<std::size_t>(count) - 2), false,
                                all_fails_, knows_edns_);
    const auto whole = big_endian(reply.size()) + reply;
    ::send(client.get(), whole.data(), whole.size(), MSG_NOSIGNAL);
    ::shutdown(client.get(), SHUT_WR);
    while (::recv(client.get(), query.data(), query.size(), 0) > 0) {
    }  // until it has read that
}

}  // namespace lazaret::filter::dns
