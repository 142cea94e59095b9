#include "tools/bench/smtp_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace lazaret::bench {
namespace {

constexpr std::string_view own_sender = "sender@client.example";

sockaddr_in loopback(const std::string& address, int port)
{
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1)
        throw Error{Error::Kind::Usage, "{}: not an IPv4 address", address};
    return where;
}

bool is_plain_address(std::string_view text)
{
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.size() > 200) return false;
    return text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
               "0123456789.@_+=-") == std::string_view::npos &&
           text.find('@', at + 1) == std::string_view::npos && text.back() != '@';
}

std::string sender_of(std::string_view raw)
{
    constexpr std::string_view name = "\nReturn-Path:";
    const auto head = raw.substr(0, raw.find("\n\n"));
    auto at = head.starts_with(name.substr(1)) ? name.size() - 1 : head.find(name);
    if (at == std::string_view::npos) return std::string{own_sender};
    const auto from = head.find('<', at);
    const auto to = head.find('>', at);
    if (from == std::string_view::npos || to == std::string_view::npos || to < from)
        return std::string{own_sender};
    const auto address = head.substr(from + 1, to - from - 1);
    return std::string{address.empty() || is_plain_address(address) ? address : own_sender};
}

/// Lines in CRLF, with the dots doubled that would end the message, and the dot that does.
std::string on_the_wire(std::string_view raw)
{
    std::string out;
    out.reserve(raw.size() + raw.size() / 32 + 5);
    while (!raw.empty()) {
        const auto end = raw.find('\n');
        auto line = raw.substr(0, end);
        raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with('.')) out += '.';
        std::copy_if(line.begin(), line.end(), std::back_inserter(out),
                     [](char c) { return c != '\r'; });
        out += "\r\n";
    }
    return out += ".\r\n";
}

}  // namespace

Letter read_letter(const std::string& file, std::string_view recipient)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw Error{Error::Kind::Setup, "{}: cannot be read", file};
    std::string raw = std::move(text).str();
    if (raw.starts_with("From ")) raw.erase(0, raw.find('\n') + 1);
    return {fmt::format("MAIL FROM:<{}>\r\nRCPT TO:<{}>\r\nDATA\r\n", sender_of(raw), recipient),
            on_the_wire(raw)};
}

SmtpClient::SmtpClient(int port, const std::string& source)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    const auto from = loopback(source, 0);
    const auto to = loopback("127.0.0.1", port);
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw Error{Error::Kind::Unavailable, "127.0.0.1 port {}: {}", port,
                    system_error_text(errno)};
    if (answer() != 220 || !write("EHLO client.example\r\n") || answer() != 250)
        throw Error{Error::Kind::Unavailable, "127.0.0.1 port {}: no SMTP server that wants us",
                    port};
}

int SmtpClient::send(const Letter& letter)
{
    if (!write(letter.envelope)) return 0;
    const int mail = answer();
    const int rcpt = answer();
    const int data = answer();
    if (data != 354) {
        if (data == 0 || !write("RSET\r\n") || answer() == 0) return 0;
        return mail >= 400 ? mail : rcpt >= 400 ? rcpt : data;
    }
    return write(letter.text) ? answer() : 0;
}

void SmtpClient::quit()
{
    if (write("QUIT\r\n")) static_cast<void>(answer());
}

int SmtpClient::answer()
{
    for (;;) {
        const auto end = buffer_.find('\n', read_);
        if (end == std::string::npos) {
            buffer_.erase(0, read_);
            read_ = 0;
            std::array<char, 4096> piece;
            const auto count = ::read(socket_.get(), piece.data(), piece.size());
            if (count <= 0) return 0;
            buffer_.append(piece.data(), static_cast<std::size_t>(count));
            continue;
        }
        const std::string_view line{buffer_.data() + read_, end - read_};
        read_ = end + 1;
        if (line.size() > 3 && line[3] == '-') continue;
        int code = 0;
        std::from_chars(line.data(), line.data() + std::min<std::size_t>(3, line.size()), code);
        return code;
    }
}

bool SmtpClient::write(std::string_view text)
{
    while (!text.empty()) {
        const auto count = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace lazaret::bench
