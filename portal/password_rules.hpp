#pragma once

#include <optional>
#include <string>

#include "portal/breached_passwords.hpp"

namespace lazaret::portal {

inline constexpr std::size_t shortest_password = 10;  // characters
inline constexpr std::size_t longest_password = 200;

enum class PasswordFault { TooShort, TooLong, IsAddress, Breached };

/// Why somebody may not have this password; none when he may. Length counts, and that nobody can
/// look it up; nothing is asked of its characters.
/// @param address  his own.
std::optional<PasswordFault> fault_of(const std::string& password, const std::string& address,
                                      const BreachedPasswords& breached);

}  // namespace lazaret::portal
