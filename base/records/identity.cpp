#include "base/records/identity.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace lazaret {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t reference_length = 12;

char as_digit(char c)
{
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    if (c == 'i' || c == 'l') return '1';
    if (c == 'o') return '0';
    return c;
}

}  // namespace

std::string Digest::hex() const
{
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
    return out;
}

Reference Reference::random()
{
    std::array<unsigned char, reference_length> raw{};
    randombytes_buf(raw.data(), raw.size());
    std::string text;
    for (const auto byte : raw) text += alphabet[byte & 0x1FU];
    return Reference{std::move(text)};
}

std::optional<Reference> Reference::parse(std::string_view text)
{
    std::string digits;
    for (const char c : text) {
        if (c == '-') continue;
        const char digit = as_digit(c);
        if (alphabet.find(digit) == std::string_view::npos) return std::nullopt;
        digits += digit;
    }
    if (digits.size() != reference_length) return std::nullopt;
    return Reference{std::move(digits)};
}

}  // namespace lazaret
