#include "portal/limits.hpp"

#include <utility>

#include "base/records/networks.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;

constexpr auto window = 1min;

}  // namespace

bool RateLimit::allows(std::string_view key, Moment now)
{
    return windows_.with([&](Windows& windows) {
        // A clock that was set back begins anew, too.
        if (now < windows.start || now >= windows.start + 2 * window) {
            windows.now.clear();
            windows.before.clear();
            windows.start = now;
        } else if (now >= windows.start + window) {
            windows.before = std::exchange(windows.now, {});
            windows.start += window;
        }
        const std::string name{key};
        auto found = windows.now.find(name);
        if (found == windows.now.end()) {
            if (windows.now.size() >= most_keys) return true;
            found = windows.now.emplace(name, 0).first;
        }
        const auto earlier = windows.before.find(name);
        const auto before = earlier == windows.before.end() ? 0 : earlier->second;
        const auto left = std::chrono::duration<double>{windows.start + window - now} /
                          std::chrono::duration<double>{window};
        if (found->second + before * left >= a_minute_) return false;
        ++found->second;
        return true;
    });
}

std::string counted_address(std::string_view address)
{
    const auto client = Networks::unmapped(address);
    const bool is_v6 = Networks::is_network(client) && client.find(':') != std::string::npos;
    return is_v6 ? Networks::neighbourhood_of(client) : client;
}

}  // namespace lazaret::portal
