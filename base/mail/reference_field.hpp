#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/mail/seal.hpp"
#include "base/records/identity.hpp"
#include "base/result.hpp"

namespace lazaret {

/// The header field by which a message that was delivered is known again when somebody says what it
/// is: key id, time, digest, the size of a mark in its subject, and a MAC over these and the
/// header.
///
/// It names the message, and no recipient: whose it was, the one who asks has to find out. It
/// stands on top of what the milter saw, so what is above it was added by delivery.
inline constexpr std::string_view reference_header = "X-Lazaret-Reference";

/// How long a reference is believed.
inline constexpr std::chrono::days reference_life{14};

/// The value of the field.
/// @param message  as it came to us.
/// @param mark     what was put before its subject (and a blank), in bytes; 0: nothing.
std::string make_reference_field(const SealKeys& keys, std::string_view message,
                                 const Digest& digest, std::size_t mark, Moment now);

enum class ReferenceFault {
    Missing,  ///< there is no such field
    Malformed,
    Forged,  ///< not made by us, or for another header
    Expired,
    Changed,  ///< ours, but for other bytes
};
/// For a log line: why a reference is not believed.
std::string_view sentence(ReferenceFault fault);

/// A message that we delivered, as it came to us: without what delivery and we have added, and
/// without traces and results (is_digested()). All of it is covered by the MAC or the digest.
struct KnownMessage {
    Digest digest{};
    Moment passed{};      ///< when it came through
    std::string bytes{};  ///< lines end in CRLF
};

/// The digest that the first such field in a text names, where a mail program wrote a header out
/// (forwarding "inline"). Without the header nothing vouches for it. Takes any bytes.
std::optional<Digest> digest_in_text(std::string_view text);

/// Knows a message again by the bytes that lie in somebody's mailbox, lines in CRLF or LF. Takes
/// any bytes; costs some copies of them and a hash.
Result<KnownMessage, ReferenceFault> known_message(const SealKeys& keys, std::string_view bytes,
                                                   Moment now);

}  // namespace lazaret
