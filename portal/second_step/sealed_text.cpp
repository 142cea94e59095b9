#include "portal/second_step/sealed_text.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "base/base64.hpp"
#include "base/mail/mac.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t longest = 2000;  // of a sealed text
using Key = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// A key of its own: the same one is not used for two things.
Key key_of(const std::string& key)
{
    constexpr std::string_view context = "lazaret portal sealed text";
    Key made{};
    crypto_generichash(made.data(), made.size(), bytes_of(context), context.size(), bytes_of(key),
                       key.size());
    return made;
}

}  // namespace

std::string seal_text(const SealKeys& keys, std::string_view purpose, std::string_view text)
{
    std::string sealed(nonce_bytes + text.size() + tag_bytes, '\0');
    randombytes_buf(sealed.data(), nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(sealed) + nonce_bytes, nullptr, bytes_of(text), text.size(), bytes_of(purpose),
        purpose.size(), nullptr, bytes_of(sealed), key_of(newest_key(keys)).data());
    return fmt::format("{}.{}", keys.newest(), base64url(sealed));
}

std::optional<OpenedText> open_text(const SealKeys& keys, std::string_view purpose,
                                    std::string_view sealed)
{
    const auto dot = sealed.find('.');
    if (sealed.size() > longest || dot == std::string_view::npos) return std::nullopt;
    const std::string id{sealed.substr(0, dot)};
    const auto* key = keys.find(id);
    const auto raw = from_base64(sealed.substr(dot + 1));
    if (!key || raw.size() < nonce_bytes + tag_bytes) return std::nullopt;
    std::string text(raw.size() - nonce_bytes - tag_bytes, '\0');
    const auto nonce = std::string_view{raw}.substr(0, nonce_bytes);
    const auto content = std::string_view{raw}.substr(nonce_bytes);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytes_of(text), nullptr, nullptr, bytes_of(content), content.size(), bytes_of(purpose),
            purpose.size(), bytes_of(nonce), key_of(*key).data()) != 0)
        return std::nullopt;
    return OpenedText{std::move(text), id == keys.newest()};
}

}  // namespace lazaret::portal
