#pragma once

#include <chrono>
#include <string>

#include "base/clock.hpp"

/// Keys and a time for tests of what is sealed.
namespace lazaret {

/// Lines of a key file.
inline const std::string key_one = "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
inline const std::string key_two = "k2 Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

inline constexpr Moment sealed_at{std::chrono::hours{500'000}};

}  // namespace lazaret
