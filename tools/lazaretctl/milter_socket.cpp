#include "tools/lazaretctl/milter_socket.hpp"

#include <system_error>

#include "base/config/milter_socket.hpp"
#include "base/text.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;

/// As the system finds it; as it is written, where we may not look.
fs::path found_path(const fs::path& path)
{
    std::error_code failed;
    const auto found = fs::weakly_canonical(path, failed);
    return failed ? path.lexically_normal() : found.lexically_normal();
}

}  // namespace

MilterSocket parse_milter_socket(std::string_view text)
{
    const auto socket = split_milter_socket(text).value_or(SocketText{true, text});
    if (socket.is_path) return {true, std::string{socket.place}, {}, {}};
    text = socket.place;
    const auto at = text.find('@');
    return {false,
            {},
            at == std::string_view::npos ? "" : bare_host(text.substr(at + 1)),
            std::string{text.substr(0, at)}};
}

std::string bare_host(std::string_view host)
{
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return ascii_lower(host);
}

bool is_this_host(std::string_view host)
{
    return host.empty() || host == "localhost" || host == "127.0.0.1" || host == "::1";
}

bool is_any_host(std::string_view host)
{
    return host.empty() || host == "0.0.0.0" || host == "::";
}

bool is_same_path(const fs::path& ours, const fs::path& theirs)
{
    return found_path(ours) == found_path(theirs);
}

bool is_same_port(const MilterSocket& ours, const MilterSocket& theirs)
{
    return ours.port == theirs.port &&
           (ours.host == theirs.host || (is_this_host(ours.host) && is_this_host(theirs.host)) ||
            ours.host == "0.0.0.0" || ours.host == "::");
}

}  // namespace lazaret::tools
