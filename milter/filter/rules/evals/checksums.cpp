#include "milter/filter/rules/evals/checksums.hpp"

#include <glib.h>

#include <span>

#include "base/handle.hpp"
#include "base/sha256.hpp"

namespace lazaret::filter::rules {
namespace {

using Sum = CHandle<GChecksum, g_checksum_free>;

Sum sum_of(GChecksumType type, std::string_view text)
{
    Sum sum{g_checksum_new(type)};
    g_checksum_update(sum.get(), reinterpret_cast<const guchar*>(text.data()),
                      static_cast<gssize>(text.size()));
    return sum;
}

// RFC 4648 6, without padding.
std::string base32(std::span<const std::uint8_t> bytes)
{
    constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567";
    std::string text;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        buffer = (buffer << 8U) | byte;
        for (bits += 8; bits >= 5; bits -= 5) text += digits[(buffer >> (bits - 5)) & 31U];
    }
    if (bits > 0) text += digits[(buffer << (5 - bits)) & 31U];
    return text;
}

}  // namespace

std::string checksum(Checksum kind, std::string_view text)
{
    if (kind == Checksum::None) return std::string{text};
    if (kind == Checksum::Sha256) {
        return base32(Sha256{}.digest(text));
    }
    const auto type = kind == Checksum::Md5 ? G_CHECKSUM_MD5 : G_CHECKSUM_SHA1;
    return g_checksum_get_string(sum_of(type, text).get());
}

}  // namespace lazaret::filter::rules
