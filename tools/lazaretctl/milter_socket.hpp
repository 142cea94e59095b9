#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lazaret::tools {

/// A milter's socket taken apart: a path, or port and host.
struct MilterSocket {
    bool is_path = false;
    std::string path, host, port;
};

/// Reads libmilter's and Sendmail's spelling (see SocketText). Takes any text: what has another
/// kind is a path.
MilterSocket parse_milter_socket(std::string_view text);

/// A host without the brackets of an IPv6 address, in small letters.
std::string bare_host(std::string_view host);

/// Whether a client that is told `host` reaches this host; nothing is asked of a resolver.
bool is_this_host(std::string_view host);

/// Whether a server that listens there listens on all addresses.
bool is_any_host(std::string_view host);

/// Whether two paths are one socket, through links too: /var/run/x is mostly /run/x. Looks at the
/// folders that are there.
bool is_same_path(const std::filesystem::path& ours, const std::filesystem::path& theirs);

/// Whether a client that connects to `theirs` finds who listens on `ours`; for ports, not paths.
bool is_same_port(const MilterSocket& ours, const MilterSocket& theirs);

}  // namespace lazaret::tools
