#include "base/base64.hpp"

#include <sodium.h>

namespace lazaret {

std::string base64url(std::string_view raw)
{
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(raw.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), variant);
    text.resize(text.find('\0'));
    return text;
}

std::string from_base64(std::string_view text)
{
    for (const int variant :
         {sodium_base64_VARIANT_URLSAFE_NO_PADDING, sodium_base64_VARIANT_ORIGINAL}) {
        std::string raw(text.size(), '\0');
        std::size_t length = 0;
        if (sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), text.data(),
                              text.size(), nullptr, &length, nullptr, variant) == 0) {
            raw.resize(length);
            return raw;
        }
    }
    return {};
}

}  // namespace lazaret
