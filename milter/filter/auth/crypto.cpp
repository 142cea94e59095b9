#include "milter/filter/auth/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <new>

namespace lazaret::filter::auth {
namespace {

using Context = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using KeyContext = CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_PKEY* read_rsa(std::string_view bytes)
{
    const auto length = static_cast<long>(bytes.size());
    const auto* at = bytes_of(bytes);
    auto* key = d2i_PUBKEY(nullptr, &at, length);
    if (!key) {
        at = bytes_of(bytes);
        key = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, length);
    }
    if (key && EVP_PKEY_base_id(key) == EVP_PKEY_RSA) return key;
    EVP_PKEY_free(key);
    return nullptr;
}

EVP_PKEY* read_ed25519(std::string_view bytes)
{
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size());
}

bool verifies_rsa(EVP_PKEY* key, const Digest& digest, std::string_view signature)
{
    const KeyContext context{EVP_PKEY_CTX_new(key, nullptr)};
    return context && EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
           EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), digest.data(),
                           digest.size()) == 1;
}

bool verifies_ed25519(EVP_PKEY* key, const Digest& digest, std::string_view signature)
{
    const Context context{EVP_MD_CTX_new()};
    return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), digest.data(),
                            digest.size()) == 1;
}

}  // namespace

std::optional<PublicKey> PublicKey::read(KeyType type, std::string_view bytes)
{
    auto* key = type == KeyType::Rsa ? read_rsa(bytes) : read_ed25519(bytes);
    // What went wrong stays in the thread's queue, where others would take it for their own.
    ERR_clear_error();
    if (!key) return std::nullopt;
    return PublicKey{type, key, bytes};
}

int PublicKey::bits() const { return type_ == KeyType::Ed25519 ? 256 : EVP_PKEY_bits(key_.get()); }

int PublicKey::exponent_bits() const
{
    if (type_ != KeyType::Rsa) return 0;
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_RSA_E, &number) != 1)
        throw std::bad_alloc{};  // a key that was read has one
    const CHandle<BIGNUM, BN_free> owned{number};
    return BN_num_bits(number);
}

bool PublicKey::verifies(const Digest& digest, std::string_view signature) const
{
    const bool right = type_ == KeyType::Rsa ? verifies_rsa(key_.get(), digest, signature)
                                             : verifies_ed25519(key_.get(), digest, signature);
    ERR_clear_error();
    return right;
}

}  // namespace lazaret::filter::auth
