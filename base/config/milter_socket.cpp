#include "base/config/milter_socket.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.hpp"

namespace lazaret {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number, or what can be a service's name: whether it is one depends on the host.
bool is_port(std::string_view text)
{
    if (text.empty()) return false;
    if (!is_digit(text.front()))
        return std::all_of(text.begin(), text.end(), [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   std::string_view{"-_.+"}.find(c) != std::string_view::npos;
        });
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, port);
    return code == std::errc{} && stop == end && port > 0;
}

bool is_host(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](unsigned char c) { return c > ' ' && c != 127; });
}

}  // namespace

std::optional<SocketText> split_milter_socket(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return SocketText{true, text};
    const auto kind = ascii_lower(text.substr(0, colon));
    const auto place = text.substr(colon + 1);
    if (kind.empty() || kind == "unix" || kind == "local") return SocketText{true, place};
    if (kind == "inet" || kind == "inet6") return SocketText{false, place};
    return std::nullopt;
}

bool is_milter_socket(std::string_view text)
{
    const auto socket = split_milter_socket(text);
    if (!socket) return false;
    const auto place = socket->place;
    if (socket->is_path) return !place.empty() && place.size() < sizeof(sockaddr_un::sun_path);
    const auto at = place.find('@');
    return is_port(place.substr(0, at)) &&
           (at == std::string_view::npos || is_host(place.substr(at + 1)));
}

}  // namespace lazaret
