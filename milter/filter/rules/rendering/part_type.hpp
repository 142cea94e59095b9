#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazaret::filter::rules {

/// What a Content-Type field says, as SpamAssassin reads it.
struct PartType {
    std::string type = "text/plain";  ///< small letters; all unknown text/* are text/plain
    std::optional<std::string> boundary;
    std::optional<std::string> charset;
    std::string name;
    bool is_missing = false;  ///< no field, or an empty one
};

/// @param value   the field's decoded value; empty: there is none.
PartType read_part_type(std::string_view value);

/// The file name that a Content-Disposition says; empty when it does not.
std::string_view name_in_disposition(std::string_view value);

}  // namespace lazaret::filter::rules
