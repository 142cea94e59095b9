#include "tests/unit/filter/auth/signer.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/types.h>

#define HAVE_STDBOOL_H  // libopendkim's header says _Bool
#include <opendkim/dkim.h>

#include <array>

#include "base/handle.hpp"
#include "base/mail/header_fields.hpp"
#include "tests/support/catch.hpp"

// Of LeakSanitizer, where it is linked.
extern "C" void __lsan_disable() __attribute__((weak));
extern "C" void __lsan_enable() __attribute__((weak));

namespace lazaret::filter::auth::test {
namespace {

/// While it lives, what this thread allocates is not looked for: libopendkim 2.11 loses the private
/// key of each signature that it makes.
class LeaksOfOpendkim {
public:
    LeaksOfOpendkim()
    {
        if (__lsan_disable) __lsan_disable();
    }
    LeaksOfOpendkim(const LeaksOfOpendkim&) = delete;
    LeaksOfOpendkim& operator=(const LeaksOfOpendkim&) = delete;
    ~LeaksOfOpendkim()
    {
        if (__lsan_enable) __lsan_enable();
    }
};

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;

std::string base64(const unsigned char* bytes, std::size_t size)
{
    std::string text(4 * ((size + 2) / 3) + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
    text.pop_back();
    return text;
}

std::string rsa_record_of(EVP_PKEY* key)
{
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    REQUIRE(size > 0);
    auto record = "v=DKIM1; k=rsa; p=" + base64(der, static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return record;
}

std::string pem_of(EVP_PKEY* key)
{
    const CHandle<BIO, BIO_free_all> out{BIO_new(BIO_s_mem())};
    REQUIRE(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

unsigned char* as_bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void set_list(DKIM_LIB* library, dkim_opts_t option, const std::vector<std::string>& names)
{
    std::vector<const char*> list;
    for (const auto& name : names) list.push_back(name.c_str());
    list.push_back(nullptr);
    auto* start = list.data();
    REQUIRE(dkim_options(library, DKIM_OP_SETOPT, option, start, sizeof start) == DKIM_STAT_OK);
}

void set_options(DKIM_LIB* library, const Signing& how)
{
    if (!how.oversigned.empty()) set_list(library, DKIM_OPTS_OVERSIGNHDRS, how.oversigned);
    u_int flags = how.with_length ? DKIM_LIBFLAGS_SIGNLEN : DKIM_LIBFLAGS_NONE;
    dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
    std::uint64_t lifetime = how.lifetime;
    if (lifetime > 0)
        dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_SIGNATURETTL, &lifetime, sizeof lifetime);
}

CHandle<DKIM, dkim_free> begin(DKIM_LIB* library, Signing how)
{
    std::string id = "test";
    auto secret = (how.ed25519 ? ed25519_pair() : rsa_pair()).secret;
    DKIM_STAT status = DKIM_STAT_INTERNAL;
    CHandle<DKIM, dkim_free> signing{
        dkim_sign(library, as_bytes(id), nullptr, as_bytes(secret), as_bytes(how.selector),
                  as_bytes(how.domain), how.relaxed_header ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE,
                  how.relaxed_body ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE,
                  how.ed25519 ? DKIM_SIGN_ED25519SHA256 : DKIM_SIGN_RSASHA256, -1, &status)};
    REQUIRE(status == DKIM_STAT_OK);
    return signing;
}

}  // namespace

const SigningPair& rsa_pair()
{
    static const SigningPair pair = [] {
        const Key key{EVP_RSA_gen(2048)};
        return SigningPair{pem_of(key.get()), rsa_record_of(key.get())};
    }();
    return pair;
}

const SigningPair& ed25519_pair()
{
    static const SigningPair pair = [] {
        const Key key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
        std::array<unsigned char, 32> raw{};
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size);
        return SigningPair{pem_of(key.get()),
                           "v=DKIM1; k=ed25519; p=" + base64(raw.data(), raw.size())};
    }();
    return pair;
}

std::string rsa_record(int bits, int exponent_bits)
{
    const CHandle<BIGNUM, BN_free> modulus{BN_new()};
    const CHandle<BIGNUM, BN_free> exponent{BN_new()};
    BN_set_word(exponent.get(), 65537);
    if (exponent_bits != 17)
        BN_rand(exponent.get(), exponent_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    BN_rand(modulus.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    const CHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder{OSSL_PARAM_BLD_new()};
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    const CHandle<OSSL_PARAM, OSSL_PARAM_free> parameters{OSSL_PARAM_BLD_to_param(builder.get())};
    const CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    EVP_PKEY* key = nullptr;
    REQUIRE(EVP_PKEY_fromdata_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1);
    const Key owned{key};
    return rsa_record_of(key);
}

std::string sign(std::string_view message, const Signing& how)
{
    const LeaksOfOpendkim leaks;
    const CHandle<DKIM_LIB, dkim_close> library{dkim_init(nullptr, nullptr)};
    set_options(library.get(), how);
    const auto signing = begin(library.get(), how);
    const auto cut = cut_header(message);
    for (const auto& field : cut.fields) {
        std::string whole{field.whole.substr(0, field.whole.size() - 2)};
        REQUIRE(dkim_header(signing.get(), as_bytes(whole), whole.size()) == DKIM_STAT_OK);
    }
    REQUIRE(dkim_eoh(signing.get()) == DKIM_STAT_OK);
    std::string body{cut.body};
    if (!body.empty())
        REQUIRE(dkim_body(signing.get(), as_bytes(body), body.size()) == DKIM_STAT_OK);
    REQUIRE(dkim_eom(signing.get(), nullptr) == DKIM_STAT_OK);
    unsigned char* field = nullptr;
    std::size_t size = 0;
    REQUIRE(dkim_getsighdr_d(signing.get(), 16, &field, &size) == DKIM_STAT_OK);
    return "DKIM-Signature: " + std::string{reinterpret_cast<char*>(field), size} + "\r\n" +
           std::string{message};
}

std::string sign_simple_ed25519(const std::string& message)
{
    const auto from = message.substr(0, message.find("\r\n") + 2);
    const auto body = message.substr(message.find("\r\n\r\n") + 4);
    std::array<unsigned char, 32> digest{};
    std::size_t size = digest.size();
    const auto hash = [&](const std::string& text) {
        REQUIRE(EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(),
                             &size) == 1);
    };
    hash(body);
    const auto field = "DKIM-Signature: v=1; a=ed25519-sha256; d=a.example; s=s2; h=From;\r\n bh=" +
                       base64(digest.data(), digest.size()) + "; b=";
    hash(from + field);

    const auto& pem = ed25519_pair().secret;
    const CHandle<BIO, BIO_free_all> in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    const Key key{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
    const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
    std::array<unsigned char, 64> signature{};
    size = signature.size();
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, digest.data(), digest.size()) ==
            1);
    return field + base64(signature.data(), signature.size()) + "\r\n" + message;
}

dns::Answers published(const std::string& domain)
{
    dns::Answers answers;
    publish(answers, "s1._domainkey." + domain, {rsa_pair().record});
    publish(answers, "s2._domainkey." + domain, {ed25519_pair().record});
    return answers;
}

}  // namespace lazaret::filter::auth::test
