#include "tests/tools/smtp_sink.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace lazaret::test {
namespace {

/// Lines of a client, with their ends.
class Lines {
public:
    explicit Lines(int descriptor) : descriptor_{descriptor} {}

    /// False at the end of the connection.
    bool next(std::string& line)
    {
        for (;;) {
            const auto end = waiting_.find('\n');
            if (end != std::string::npos) {
                line = waiting_.substr(0, end + 1);
                waiting_.erase(0, end + 1);
                return true;
            }
            std::array<char, 4096> part{};
            const auto count = recv(descriptor_, part.data(), part.size(), 0);
            if (count <= 0) return false;
            waiting_.append(part.data(), static_cast<std::size_t>(count));
        }
    }

private:
    int descriptor_;
    std::string waiting_;
};

void say(int descriptor, const std::string& line)
{
    const auto text = line + "\r\n";
    send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
}

/// What stands in the angle brackets of MAIL FROM or RCPT TO.
std::string path_of(const std::string& line)
{
    const auto open = line.find('<');
    const auto close = line.find('>');
    if (open == std::string::npos || close == std::string::npos) return line;
    return line.substr(open, close - open + 1);
}

}  // namespace

SmtpSink::SmtpSink(std::chrono::milliseconds pause)
    : pause_{pause}, listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (bind(listener_.get(), generic, size) != 0 || listen(listener_.get(), 16) != 0 ||
        getsockname(listener_.get(), generic, &size) != 0)
        throw std::runtime_error{"cannot listen on 127.0.0.1"};
    port_ = ntohs(address.sin_port);
    server_ = std::thread{[this] { serve(); }};
}

SmtpSink::~SmtpSink()
{
    ending_ = true;
    server_.join();
    for (auto& talk : talks_) talk.join();
}

void SmtpSink::answer_with(std::string answer)
{
    const std::lock_guard hold{lock_};
    answer_ = std::move(answer);
}

std::vector<SmtpSink::Mail> SmtpSink::mails() const
{
    const std::lock_guard hold{lock_};
    return mails_;
}

void SmtpSink::serve()
{
    while (!ending_) {
        pollfd waiting{listener_.get(), POLLIN, 0};
        if (poll(&waiting, 1, 50) <= 0) continue;
        FileDescriptor client{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (!client) continue;
        const timeval limit{20, 0};
        setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        talks_.emplace_back([this, given = client.release()] { talk(FileDescriptor{given}); });
    }
}

void SmtpSink::talk(FileDescriptor client)
{
    Lines lines{client.get()};
    Mail mail;
    std::string line;
    say(client.get(), "220 sink.example ESMTP");
    while (lines.next(line)) {
        if (line.starts_with("EHLO")) {
            say(client.get(), "250-sink.example");
            say(client.get(), "250-8BITMIME");
            say(client.get(), "250 SMTPUTF8");
        } else if (line.starts_with("MAIL")) {
            mail = {path_of(line), {}, {}};
            say(client.get(), "250 ok");
        } else if (line.starts_with("RCPT")) {
            mail.recipient = path_of(line);
            say(client.get(), "250 ok");
        } else if (line.starts_with("DATA")) {
            say(client.get(), "354 go on");
            while (lines.next(line) && line != ".\r\n")
                mail.bytes += line.starts_with('.') ? line.substr(1) : line;
            std::this_thread::sleep_for(pause_);
            const std::lock_guard hold{lock_};
            if (answer_.starts_with('2')) mails_.push_back(mail);
            say(client.get(), answer_);
        } else if (line.starts_with("QUIT")) {
            say(client.get(), "221 bye");
            return;
        } else {
            say(client.get(), "250 ok");
        }
    }
}

}  // namespace lazaret::test
