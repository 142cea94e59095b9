#pragma once

#include <string>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// Where one POST ends the subscription that a message belongs to (RFC 8058): the first https
/// address of its List-Unsubscribe. Empty unless there is exactly one List-Unsubscribe and one
/// List-Unsubscribe-Post, that says List-Unsubscribe=One-Click, and both are covered by one valid
/// signature of the author's domain or of the list's, or of a domain above it: else whoever passes
/// a message on could have us ask any server whatever he likes.
std::string one_click_address(const Message& message, const auth::Authentication& authentication);

/// The longest address that is kept, bytes.
inline constexpr std::size_t longest_one_click = 2'000;

}  // namespace lazaret::filter
