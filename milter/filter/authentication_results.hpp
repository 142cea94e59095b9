#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter {

/// One Authentication-Results field, taken apart (RFC 8601 2.2).
struct AuthenticationResults {
    struct Property {
        std::string name;   ///< `header.d`, in small letters; `reason` without a type
        std::string value;  ///< unquoted, as written
        bool operator==(const Property&) const = default;
    };
    struct Result {
        std::string method;  ///< small letters, without its version
        std::string result;  ///< small letters
        std::vector<Property> properties;

        /// The value of the first property of that name, or null.
        [[nodiscard]] const std::string* property(std::string_view name) const;
        bool operator==(const Result&) const = default;
    };
    std::string authserv_id;  ///< small letters
    int version = 1;
    std::vector<Result> results;  ///< empty for `none`

    bool operator==(const AuthenticationResults&) const = default;
};

/// The authserv-id at the beginning of one field's value, in small letters; none when it cannot be
/// read. Looks no further: what follows may be malformed.
std::optional<std::string> authserv_id_of(std::string_view value);

/// Reads the value of one field, with comments, folds and quoted strings. Takes any bytes, never
/// throws for them, in one pass; none when it is malformed anywhere. Taken beyond the grammar,
/// because filters write it: a final semicolon, properties without a type (`action=none`), and
/// values with characters that ought to be quoted (`header.b=a/B+c=`).
std::optional<AuthenticationResults> parse_authentication_results(std::string_view value);

}  // namespace lazaret::filter
