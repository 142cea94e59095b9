#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/records/address.hpp"

/// What people and mail programs take for addresses, where no grammar says so.
namespace lazaret::filter {

/// The address around an `@` of a text, up to what cannot belong to one.
/// @param sign  where the `@` stands
std::optional<Address> address_around(std::string_view text, std::size_t sign);

/// How many addresses a reader can take an address field for, whether they can be read or not
/// (GMime leaves out those that cannot): each `@` outside of quotes and comments is one. Brackets
/// hold one, and what stands in front of them up to a comma is its name. 0 where quotes or comments
/// do not end.
std::size_t addresses_written(std::string_view field);

/// Those that can be read, in their order, each once: what stands in brackets, else around an `@`.
/// Where quotes or comments do not end, also what stands in them.
struct ReadableAddresses {
    std::vector<Address> addresses;
    bool cut_short = false;  ///< there were more than anybody writes
};
ReadableAddresses readable_addresses(std::string_view field);

}  // namespace lazaret::filter
