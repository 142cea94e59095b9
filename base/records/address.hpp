#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lazaret {

/// A mail address, taken apart (RFC 5321 4.1.2, RFC 6531).
///
/// `local` is as written, without quotes that are not needed; `domain` is in small letters, an
/// IDN in its ASCII form (xn--), or an address literal with its brackets.
struct Address {
    std::string local;
    std::string domain;

    /// `local@domain`, with the local part quoted where it must be.
    [[nodiscard]] std::string text() const;

    /// The form by which addresses are compared and stored: text() with A to Z made small.
    [[nodiscard]] std::string key() const;

    auto operator<=>(const Address&) const = default;
};

enum class AddressFault {
    Empty,     ///< nothing there; for MAIL FROM this is the null sender
    NoDomain,  ///< no '@'
    BadLocal,  ///< the local part is empty, over 2048 bytes, not UTF-8, or holds control characters
    BadDomain,  ///< not a host name, an IDN or an address literal
};

/// Reads one address as MAIL FROM, RCPT TO or a settings file give it: angle brackets and a source
/// route are dropped. Takes any bytes; never throws for them.
Result<Address, AddressFault> parse_address(std::string_view text);

/// Address::key() of what was written as one; of what is no address its bytes, with A to Z made
/// small, so that both are found by what they came as.
std::string address_key(std::string_view written);

/// The domain in the form of Address::domain. Takes Unicode or ASCII, with or without a final dot.
Result<std::string, AddressFault> parse_domain(std::string_view text);

/// The same mailbox without its tag: `user+tag@example.org` gives `user@example.org` for the
/// delimiter '+'. A local part that begins with the delimiter stays.
Address without_tag(const Address& address, char delimiter = '+');

/// Whether a domain is `above` itself or one below it; both as in Address::domain.
bool is_same_or_below(std::string_view domain, std::string_view above);

/// `says` for a person why a text is not an address.
std::string_view sentence(AddressFault fault);

/// An address of the envelope without its brackets, as valid UTF-8.
std::string bare_address(std::string_view verbatim);

}  // namespace lazaret
