#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// One entry of an address field.
struct HeaderAddress {
    std::optional<std::string> address;  ///< nothing when the entry has none that is one
    std::optional<std::string> name;     ///< phrase, else comment; encoded words stand as they are
};

/// The addresses of a field's raw value (From, To, Reply-To, ...), as `:addr` and `:name` give
/// them: `=?...?=` undecoded, groups opened, quotes and comments taken out of names.
///
/// Takes what mail has rather than what RFC 5322 allows: unquoted dots, doubled brackets, missing
/// quotes. Where that leaves fewer entries than there are commas, the value is read again by the
/// letter (see address_list.hpp), and the longer answer counts. Linear in the value's size, of
/// which no more than 8 kB is read.
std::vector<HeaderAddress> read_header_addresses(std::string_view value);

}  // namespace lazaret::filter::rules
