#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

/// Codes of an app on the telephone: TOTP (RFC 6238) with what all apps know, HMAC-SHA-1, six
/// digits, thirty seconds.
namespace lazaret::portal {

/// 160 random bits (RFC 4226 4).
std::string new_code_secret();

/// The number of thirty seconds at a moment.
std::int64_t step_at(Moment now);

/// The six digits of a step.
std::string code_of(const std::string& secret, std::int64_t step);

/// The step whose code it is: this one, or the one before or after it, since clocks differ. None:
/// it is no such code. Whether it was used before, its caller has to know.
std::optional<std::int64_t> step_of(const std::string& secret, std::string_view code, Moment now);

/// In the alphabet in which apps take a secret (RFC 4648 6), without padding.
std::string base32(std::string_view raw);

/// What an app reads from a picture: secret, and what it is for.
std::string code_address(const std::string& secret, const std::string& site,
                         const std::string& account);

}  // namespace lazaret::portal
