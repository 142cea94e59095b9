#include "portal/second_step/one_time_code.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <chrono>

#include "base/error.hpp"
#include "portal/form.hpp"

namespace lazaret::portal {
namespace {

using Steps = std::chrono::duration<std::int64_t, std::ratio<30>>;  // RFC 6238 4.1
constexpr std::size_t secret_bytes = 20;
constexpr std::uint32_t most_codes = 1'000'000;

}  // namespace

std::string new_code_secret()
{
    std::string secret(secret_bytes, '\0');
    randombytes_buf(secret.data(), secret.size());
    return secret;
}

std::int64_t step_at(Moment now)
{
    return std::chrono::floor<Steps>(now.time_since_epoch()).count();
}

std::string code_of(const std::string& secret, std::int64_t step)
{
    std::array<unsigned char, 8> counter{};
    auto rest = static_cast<std::uint64_t>(step);
    for (auto at = counter.rbegin(); at != counter.rend(); ++at, rest >>= 8)
        *at = static_cast<unsigned char>(rest & 0xff);
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned int size = 0;
    if (!HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
              counter.size(), mac.data(), &size) ||
        size != 20)
        throw Error{Error::Kind::Unavailable, "libcrypto makes no HMAC-SHA-1"};
    // RFC 4226 5.3: four bytes from where the last half byte says.
    const std::size_t from = mac[size - 1] & 0x0f;
    std::uint32_t number = mac[from] & 0x7fU;
    for (std::size_t at = from + 1; at < from + 4; ++at) number = number << 8 | mac[at];
    return fmt::format("{:06}", number % most_codes);
}

std::optional<std::int64_t> step_of(const std::string& secret, std::string_view code, Moment now)
{
    std::optional<std::int64_t> found;
    const auto current = step_at(now);
    for (auto step = current - 1; step <= current + 1; ++step) {
        const auto right = code_of(secret, step);
        if (code.size() == right.size() &&
            sodium_memcmp(code.data(), right.data(), right.size()) == 0)
            found = step;
    }
    return found;
}

std::string base32(std::string_view raw)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string text;
    std::uint32_t bits = 0;
    int have = 0;
    for (const char one : raw) {
        bits = (bits << 8 | static_cast<unsigned char>(one)) & 0xffff;
        for (have += 8; have >= 5; have -= 5) text += letters[bits >> (have - 5) & 31];
    }
    if (have > 0) text += letters[bits << (5 - have) & 31];
    return text;
}

std::string code_address(const std::string& secret, const std::string& site,
                         const std::string& account)
{
    return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", in_query(site),
                       in_query(account), base32(secret));
}

}  // namespace lazaret::portal
