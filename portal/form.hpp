#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lazaret::portal {

/// Reads a body of type application/x-www-form-urlencoded, or a query. Takes any bytes; values
/// become valid UTF-8 without NUL. Of a name that comes twice the first counts; at most 80 names
/// are read.
std::map<std::string, std::string> read_form(std::string_view body);

/// The value of a name; empty when it was not sent.
std::string field(const std::map<std::string, std::string>& form, const std::string& name);

/// A field that holds the number of a thing, which is above 0; none when it holds something else.
std::optional<std::int64_t> number_in(const std::map<std::string, std::string>& form,
                                      const std::string& name);

/// A text as a value in the query of an address.
std::string in_query(std::string_view text);

}  // namespace lazaret::portal
