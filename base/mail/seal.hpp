#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "base/result.hpp"

namespace lazaret {

/// The secret keys that seals and links are made with, by key id.
///
/// The file has a line a key: `id base64-of-32-bytes`; empty lines and lines that begin with '#'
/// are skipped. The first key makes new seals; all are believed, so that a key can be replaced
/// without breaking what is on its way.
class SealKeys {
public:
    /// Reads the file. Throws Error{Setup} when it cannot be read, is empty, has a bad line, or
    /// can be read by everybody.
    static SealKeys read(const std::string& file);

    /// Keys from the text of such a file; `name` is used in errors.
    static SealKeys parse(std::string_view text, const std::string& name);

    [[nodiscard]] const std::string& newest() const noexcept { return newest_; }
    [[nodiscard]] const std::string* find(const std::string& id) const;

private:
    std::string newest_;
    std::map<std::string, std::string> keys_;  ///< id to 32 raw bytes
};

/// The name of the header field in which a seal travels.
inline constexpr std::string_view seal_header = "X-Lazaret-Seal";

/// How long a seal is good; long enough for a queue that is retried once or twice.
inline constexpr std::chrono::hours seal_life{1};

enum class SealFault { Malformed, Forged, Expired };

/// The value of the seal header for a message that Lazaret itself sends to one recipient: key id,
/// expiry, and a MAC over digest, recipient and expiry. The milter checks it without a database.
std::string make_seal(const SealKeys& keys, const Digest& digest, std::string_view recipient_key,
                      Moment now);

/// Checks a seal that came with a message. Compared in constant time before anything in it is
/// believed. `recipient_key` is Address::key() of the one recipient.
Result<Moment, SealFault> check_seal(const SealKeys& keys, std::string_view seal,
                                     const Digest& digest, std::string_view recipient_key,
                                     Moment now);

}  // namespace lazaret
