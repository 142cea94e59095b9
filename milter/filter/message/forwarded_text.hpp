#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/identity.hpp"

namespace lazaret::filter {

/// What a mail that quotes another one says of it, in whatever words its mail program puts there.
struct ForwardedText {
    std::string subject{};               ///< of the mail: `Fwd: ` and that of the other
    std::vector<std::string> senders{};  ///< addresses in its text, as Address::key(), each once
    std::optional<Digest> digest{};      ///< digest_in_text()
};

/// Of the addresses in a text the first count: a mail program writes the quoted header before the
/// quoted text, which is a stranger's.
inline constexpr std::size_t most_quoted_addresses = 20;

/// Takes any bytes; reads the first megabyte of them. Throws as read_message().
ForwardedText read_forwarded_text(std::string_view bytes);

}  // namespace lazaret::filter
