#include "quarantine-store/link/secret_token.hpp"

#include <sodium.h>

#include <array>

#include "base/base64.hpp"

namespace lazaret::store {

std::string new_secret_token()
{
    std::array<char, 32> bits{};
    randombytes_buf(bits.data(), bits.size());
    return base64url({bits.data(), bits.size()});
}

std::string hash_of_token(std::string_view token)
{
    std::string hash(32, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(token.data()), token.size(), nullptr,
                       0);
    return hash;
}

bool looks_like_token(std::string_view text)
{
    return text.size() == 43 &&
           text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               std::string_view::npos;
}

}  // namespace lazaret::store
