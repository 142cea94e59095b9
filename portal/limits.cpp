#include "portal/limits.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

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
    const std::string text{address};
    std::array<unsigned char, 16> bits{};
    if (::inet_pton(AF_INET6, text.c_str(), bits.data()) != 1) return text;
    // An IPv4 address mapped into IPv6 is one address: their first bits are the same for all.
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(mapped.begin(), mapped.end(), bits.begin()))
        return fmt::format("{}.{}.{}.{}", bits[12], bits[13], bits[14], bits[15]);
    return "v6" + std::string{bits.begin(), bits.begin() + 8};
}

}  // namespace lazaret::portal
