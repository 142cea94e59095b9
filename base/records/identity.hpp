#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lazaret {

/// A customer or organisation: owner of one or more protected domains. 0 is the site itself.
using TenantId = std::int32_t;
inline constexpr TenantId site_tenant = 0;

/// A person or a shared mailbox of a tenant.
using AccountId = std::int64_t;

/// What makes two transmissions the same message: a 256-bit hash over body and header fields,
/// without what an MTA adds or changes at each try. See base/mail/digest.hpp.
struct Digest {
    std::array<unsigned char, 32> bytes{};

    /// 64 small hexadecimal digits.
    [[nodiscard]] std::string hex() const;

    auto operator<=>(const Digest&) const = default;
};

/// The name under which people see one held copy or one refusal: twelve characters of Crockford's
/// base32 in small letters (60 random bits), without i, l, o, u. It opens nothing by itself.
class Reference {
public:
    /// A new one, from the system's random source.
    static Reference random();

    /// Reads what a person typed: capitals, hyphens and the confusable i, l, o are understood.
    static std::optional<Reference> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    auto operator<=>(const Reference&) const = default;

private:
    explicit Reference(std::string text) : text_{std::move(text)} {}
    std::string text_;
};

}  // namespace lazaret
