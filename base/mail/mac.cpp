#include "base/mail/mac.hpp"

#include <sodium.h>

#include "base/error.hpp"

namespace lazaret {

std::string mac_of(const std::string& key, std::string_view text, std::size_t bytes)
{
    std::string mac(bytes, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(mac.data()), mac.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       reinterpret_cast<const unsigned char*>(key.data()), key.size());
    return mac;
}

bool is_same_secret(std::string_view given, std::string_view wanted)
{
    return given.size() == wanted.size() &&
           sodium_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

const std::string& newest_key(const SealKeys& keys)
{
    const auto* key = keys.find(keys.newest());
    if (!key) throw Error{Error::Kind::Bug, "the newest key is not among the keys"};
    return *key;
}

}  // namespace lazaret
