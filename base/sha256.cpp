#include "base/sha256.hpp"

#include <new>

namespace lazaret {
namespace {

using Algorithm = CHandle<EVP_MD, EVP_MD_free>;

// Nothing else can go wrong with a hash.
void require(bool done)
{
    if (!done) throw std::bad_alloc{};
}

/// Fetched once: EVP_sha256() is looked up anew for each hash, under a lock.
const EVP_MD* algorithm()
{
    static const Algorithm fetched{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    return fetched ? fetched.get() : EVP_sha256();
}

}  // namespace

Sha256::Sha256() : context_{EVP_MD_CTX_new()}
{
    require(context_ && EVP_DigestInit_ex(context_.get(), algorithm(), nullptr) == 1);
}

void Sha256::add(std::string_view bytes)
{
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256::Digest Sha256::digest(std::string_view last) const
{
    const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> copy{EVP_MD_CTX_new()};
    Digest digest{};
    require(copy && EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1 &&
            EVP_DigestUpdate(copy.get(), last.data(), last.size()) == 1 &&
            EVP_DigestFinal_ex(copy.get(), digest.data(), nullptr) == 1);
    return digest;
}

std::string hex(const Sha256::Digest& digest)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const unsigned byte : digest) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

}  // namespace lazaret
