#include "portal/password_rules.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::portal {

std::optional<PasswordFault> fault_of(const std::string& password, const std::string& address,
                                      const BreachedPasswords& breached)
{
    // Forms give valid UTF-8; of a character every byte but the first is a continuation.
    const auto characters = static_cast<std::size_t>(
        std::ranges::count_if(password, [](char c) { return (c & 0xc0) != 0x80; }));
    if (characters < shortest_password) return PasswordFault::TooShort;
    if (characters > longest_password) return PasswordFault::TooLong;
    if (same_ignoring_case(password, address)) return PasswordFault::IsAddress;
    if (breached.hold(password)) return PasswordFault::Breached;
    return std::nullopt;
}

}  // namespace lazaret::portal
