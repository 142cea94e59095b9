#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/characters.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {

/// An http or https address, taken apart as little as its forms need.
struct HttpUri {
    std::string scheme;  ///< with `://`, as written
    std::string host;    ///< as written; never empty when read
    std::string rest;    ///< from the port's colon or the path on
    bool has_user = false;

    [[nodiscard]] std::string text() const { return scheme + host + rest; }
};

/// Reads what begins with http:// or https:// (any case); none when there is no host.
std::optional<HttpUri> read_http_uri(std::string_view uri);

/// Bytes of the `http:` or `https:` (any case) that `text` begins with; 0: it does not.
std::size_t length_of_http(std::string_view text) noexcept;

/// Where the next `http:` or `https:` (any case) begins, at or behind `from`; npos: nowhere.
std::size_t next_http(std::string_view text, std::size_t from) noexcept;

/// `text` with character references in it replaced (numbers only): those of printable characters,
/// and those of the full stops of other scripts, which become `.`.
std::string with_plain_references(std::string_view text);

constexpr bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }

}  // namespace lazaret::filter::rules
