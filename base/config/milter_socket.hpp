#pragma once

#include <optional>
#include <string_view>

namespace lazaret {

/// A socket as libmilter spells it: `unix:PATH`, `local:PATH`, `:PATH`, a bare path,
/// `inet:PORT@HOST`, `inet6:PORT@HOST`, `inet:PORT`; the kind in letters of either case.
struct SocketText {
    bool is_path = false;
    std::string_view place;  ///< what follows the kind
};

/// Nothing when the kind is none of these. Does not look at the place.
std::optional<SocketText> split_milter_socket(std::string_view text);

/// Whether libmilter can listen there: a path that fits, or a port, by number or by its name in
/// /etc/services, and no HOST or one that can be a host.
bool is_milter_socket(std::string_view text);

}  // namespace lazaret
