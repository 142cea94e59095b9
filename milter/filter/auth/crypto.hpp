#pragma once

#include <openssl/evp.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/handle.hpp"
#include "base/sha256.hpp"

namespace lazaret::filter::auth {

/// The only hash here: SHA-1 is not to be believed (RFC 8301 3.1).
using Digest = Sha256::Digest;

enum class KeyType { Rsa, Ed25519 };

/// A key of a stranger, by which signatures are verified.
class PublicKey {
public:
    /// From the bytes of a key record's p=: for RSA a SubjectPublicKeyInfo (as everybody writes) or
    /// an RSAPublicKey (as RFC 6376 3.6.1 says), for Ed25519 the 32 bytes of the key (RFC 8463 4).
    /// Takes any bytes; none when they are no such key.
    static std::optional<PublicKey> read(KeyType type, std::string_view bytes);

    [[nodiscard]] int bits() const;

    /// Of an RSA key; 0 of others. The time of verifying grows with it, too.
    [[nodiscard]] int exponent_bits() const;

    /// What read() took.
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

    /// Whether `signature` was made over this hash: PKCS #1 v1.5 for RSA, PureEdDSA over the hash
    /// for Ed25519 (RFC 8463 3). About 0.1 ms for 2048 bits; the caller bounds them.
    [[nodiscard]] bool verifies(const Digest& digest, std::string_view signature) const;

private:
    PublicKey(KeyType type, EVP_PKEY* owned, std::string_view bytes)
        : type_{type}, key_{owned}, bytes_{bytes}
    {
    }

    KeyType type_;
    CHandle<EVP_PKEY, EVP_PKEY_free> key_;
    std::string bytes_;
};

}  // namespace lazaret::filter::auth
