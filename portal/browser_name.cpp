#include "portal/browser_name.hpp"

#include <array>
#include <utility>

namespace lazaret::portal {
namespace {

using Sign = std::pair<std::string_view, std::string_view>;

// In this order: most of them call themselves Chrome and Safari as well, and phones Linux or Mac.
constexpr auto browsers = std::to_array<Sign>({
    {"Edg", "Edge"},
    {"OPR/", "Opera"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"FxiOS/", "Firefox"},
    {"Firefox/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chrome/", "Chrome"},
    {"Safari/", "Safari"},
});
constexpr auto systems = std::to_array<Sign>({
    {"Android", "Android"},
    {"iPhone", "iPhone"},
    {"iPad", "iPad"},
    {"Windows", "Windows"},
    {"CrOS", "ChromeOS"},
    {"Mac OS X", "macOS"},
    {"Linux", "Linux"},
});

template <class Signs>
std::string_view first_of(const Signs& signs, std::string_view text)
{
    for (const auto& [sign, name] : signs)
        if (text.find(sign) != std::string_view::npos) return name;
    return {};
}

}  // namespace

std::string browser_name(std::string_view user_agent)
{
    user_agent = user_agent.substr(0, 500);
    std::string name{first_of(browsers, user_agent)};
    const auto system = first_of(systems, user_agent);
    if (!name.empty() && !system.empty()) name += ", ";
    return name.append(system);
}

}  // namespace lazaret::portal
