#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "base/result.hpp"

namespace lazaret {

/// The secret keys that seals and links are made with, by key id.
///
/// The file has a line a key: `id base64-of-32-bytes`; empty lines and lines that begin with '#'
/// are skipped, and no two keys have the same id. The first key makes new seals; all are believed,
/// so that a key can be replaced without breaking what is on its way.
class SealKeys {
public:
    /// Reads the file. Throws Error{Setup} when it cannot be read, is empty, has a bad line, or
    /// can be read or written by everybody.
    static SealKeys read(const std::string& file);

    /// Keys from the text of such a file; `name` is used in errors.
    static SealKeys parse(std::string_view text, const std::string& name);

    [[nodiscard]] const std::string& newest() const noexcept { return newest_; }
    [[nodiscard]] const std::string* find(const std::string& id) const;
    /// Their ids, in the order of the alphabet.
    [[nodiscard]] std::vector<std::string> ids() const;

private:
    std::string newest_;
    std::map<std::string, std::string> keys_;  ///< id to 32 raw bytes
};

/// The text of a file of keys, as every program reads it: not when everybody can read or write it,
/// or when it is larger than such a file can be. Throws Error{Setup}.
std::string read_key_file(const std::string& file);

/// The name of the header field in which a seal travels.
inline constexpr std::string_view seal_header = "X-Lazaret-Seal";

/// How long a seal is good; long enough for a queue that is retried once or twice.
inline constexpr std::chrono::hours seal_life{1};

enum class SealFault {
    Malformed,
    Forged,  ///< made with a key that we do not have, for another recipient, or for other bytes
    Expired,
};
/// For a log line: why a seal is not believed.
std::string_view sentence(SealFault fault);

/// The value of the seal header for a message that Lazaret itself sends to one recipient: key id,
/// expiry, and a MAC over digest, recipient and expiry. The milter checks it without a database.
/// @param copy  the held copy that is released: what seal_reference() then answers.
std::string make_seal(const SealKeys& keys, const Digest& digest, std::string_view recipient_key,
                      Moment now, const std::optional<Reference>& copy = std::nullopt);

/// The held copy that a seal names. Of use when the seal is not believed, because the mail was
/// changed on its way: then it tells whose release failed. Anybody can write one.
std::optional<Reference> seal_reference(std::string_view seal);

/// Checks a seal that came with a message. Compared in constant time before anything in it is
/// believed. `recipient_key` is Address::key() of the one recipient.
Result<Moment, SealFault> check_seal(const SealKeys& keys, std::string_view seal,
                                     const Digest& digest, std::string_view recipient_key,
                                     Moment now);

}  // namespace lazaret
