#pragma once

#include <openssl/evp.h>

#include <array>
#include <string>
#include <string_view>

#include "base/handle.hpp"

namespace lazaret {

/// A SHA-256 of what is added; by libcrypto, which uses the processor's own instructions for it.
/// For one thread. Throws std::bad_alloc without memory, and nothing else.
class Sha256 {
public:
    using Digest = std::array<unsigned char, 32>;

    Sha256();
    void add(std::string_view bytes);
    /// Of what was added so far and `last`; more may be added in place of `last`.
    [[nodiscard]] Digest digest(std::string_view last = {}) const;

private:
    CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

/// In small hexadecimal digits.
std::string hex(const Sha256::Digest& digest);

}  // namespace lazaret
