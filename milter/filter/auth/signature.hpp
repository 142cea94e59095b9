#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "milter/filter/auth/canonical.hpp"
#include "milter/filter/auth/crypto.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/auth/tag_list.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::auth {

/// What of signatures is believed, and how many are looked at.
struct SignatureLimits {
    std::size_t most_signatures = 10;           ///< DKIM-Signature fields, from the top
    int least_rsa_bits = 1024;                  ///< RFC 8301 3.2
    int most_rsa_bits = 4096;                   ///< time of verifying grows with its square
    int most_exponent_bits = 64;                ///< and with this; 17 are usual
    std::chrono::seconds clock_tolerance{300};  ///< a signature expires as much later (x=)
};

/// What a DKIM-Signature, an ARC-Message-Signature and an ARC-Seal have in common: who signed, and
/// the signature itself (RFC 6376 3.5, RFC 8617 4.1.2, 4.1.3).
struct Signer {
    std::string domain;     ///< d=, in the form of Address::domain
    std::string selector;   ///< s=, small letters
    std::string algorithm;  ///< a=
    KeyType key_type = KeyType::Rsa;
    std::string signature;  ///< b=, its bytes
    std::string_view b;     ///< the value of b= as it stands in the field

    /// Where the key stands (RFC 6376 3.6.2.1).
    [[nodiscard]] dns::Question key_question() const;
};

/// Reads a=, b=, d=, s= and checks t=. An algorithm with SHA-1 is Policy (RFC 8301), all else that
/// is missing or malformed is Neutral.
lazaret::Result<Signer, Refusal> read_signer(const TagList& tags);

/// What a signature says of the message (RFC 6376 3.5): bh=, c=, h=, l=.
struct SignedParts {
    Canonical header = Canonical::Simple;
    Canonical body = Canonical::Simple;
    BodyLength length;
    Digest body_digest{};
    std::vector<std::string> fields;  ///< h=, small letters, in order

    /// Whether h= has that name.
    [[nodiscard]] bool covers(std::string_view name) const;
};

/// Reads them; what is missing or malformed is Neutral.
lazaret::Result<SignedParts, Refusal> read_signed_parts(const TagList& tags);

/// A key and what its record says of it (RFC 6376 3.6.1).
struct SigningKey {
    PublicKey key;
    bool is_testing = false;  ///< t=y
    bool is_strict = false;   ///< t=s: i= must be of d= itself
};

/// The key that a signer's domain publishes. Several records: the first that is a key counts. None
/// there, revoked or malformed is PermError; no answer is TempError; not of the allowed size is
/// Policy.
lazaret::Result<SigningKey, Refusal> find_key(const Signer& signer, const dns::Answer& answer,
                                              const SignatureLimits& limits);

/// Whether the signature has expired, or expired before it was made (x=, t=): a Refusal then.
std::optional<Refusal> refuse_expired(const TagList& tags, const SignatureLimits& limits,
                                      Moment now);

}  // namespace lazaret::filter::auth
