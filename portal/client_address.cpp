#include "base/text.hpp"
#include "portal/http_server.hpp"

namespace lazaret::portal {

std::string client_of(std::string_view peer, std::string_view forwarded_for,
                      const Networks& trusted)
{
    std::string client{peer};
    while (trusted.hold(client) && !forwarded_for.empty()) {
        const auto comma = forwarded_for.rfind(',');
        const auto start = comma == std::string_view::npos ? 0 : comma + 1;
        const auto before = trimmed(forwarded_for.substr(start));
        // What is no address was not written by a proxy that we may trust.
        if (!Networks::is_network(before) || before.find('/') != std::string_view::npos) break;
        client = before;
        forwarded_for = forwarded_for.substr(0, start == 0 ? 0 : comma);
    }
    return client;
}

}  // namespace lazaret::portal
