#include "tools/lazaretctl/tcp_probe.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/handle.hpp"

namespace lazaret::tools {
namespace {

/// connect() that gives up; the kernel honours SO_SNDTIMEO for it.
FileDescriptor connect_to(const addrinfo& address, std::chrono::seconds patience)
{
    FileDescriptor connected{
        socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol)};
    if (!connected) return connected;
    const timeval limit{patience.count(), 0};
    setsockopt(connected.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(connected.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(connected.get(), address.ai_addr, address.ai_addrlen) != 0) return {};
    return connected;
}

std::string reason(int error_number)
{
    return error_number == EINPROGRESS || error_number == EAGAIN ? "no answer in time"
                                                                 : system_error_text(error_number);
}

Result<std::string, std::string> first_line(int descriptor)
{
    std::string line;
    std::array<char, 512> part{};
    while (line.find('\n') == std::string::npos && line.size() < 4096) {
        const auto count = recv(descriptor, part.data(), part.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return because(reason(errno));
        if (count == 0) return because(std::string{"it closed the connection"});
        line.append(part.data(), static_cast<std::size_t>(count));
    }
    line.erase(std::min(line.find_first_of("\r\n"), line.size()));
    return line;
}

}  // namespace

Result<std::string, std::string> probe_tcp(const std::string& host, const std::string& port,
                                           std::chrono::seconds patience, bool greeting)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    if (const int code = getaddrinfo(host.c_str(), port.c_str(), &wanted, &raw); code != 0)
        return because(std::string{gai_strerror(code)});
    const CHandle<addrinfo, freeaddrinfo> addresses{raw};

    std::string why = "no address";
    for (const auto* address = raw; address; address = address->ai_next) {
        const auto connected = connect_to(*address, patience);
        if (!connected) {
            why = reason(errno);
            continue;
        }
        if (!greeting) return std::string{};
        auto line = first_line(connected.get());
        // Saying good-bye keeps "lost connection" out of the mail server's log.
        constexpr std::string_view bye = "QUIT\r\n";
        if (line) send(connected.get(), bye.data(), bye.size(), MSG_NOSIGNAL);
        return line;
    }
    return because(why);
}

std::string probe_unix(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return "the path is too long for a socket";
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    const FileDescriptor connected{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto* const generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (!connected || connect(connected.get(), generic, sizeof address) != 0)
        return system_error_text(errno);
    return {};
}

}  // namespace lazaret::tools
