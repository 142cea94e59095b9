#include "base/text_hash.hpp"

#include <sodium.h>

#include <array>
#include <cstring>

namespace lazaret {
namespace {

using Secret = std::array<unsigned char, crypto_shorthash_KEYBYTES>;

const Secret& secret()
{
    static const Secret made = [] {
        Secret bytes{};
        crypto_shorthash_keygen(bytes.data());
        return bytes;
    }();
    return made;
}

}  // namespace

std::size_t TextHash::operator()(std::string_view text) const
{
    std::array<unsigned char, crypto_shorthash_BYTES> bytes{};
    crypto_shorthash(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     secret().data());
    std::size_t hash = 0;
    std::memcpy(&hash, bytes.data(), sizeof hash);
    return hash;
}

}  // namespace lazaret
