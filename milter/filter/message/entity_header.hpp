#pragma once

#include <cstddef>
#include <string_view>

namespace lazaret::filter {

/// The fields of an entity's header that say how its body is to be read, raw.
struct EntityHeader {
    std::string_view type;
    std::string_view disposition;
    std::string_view encoding;
    std::string_view content_id;  ///< without brackets
};

/// The first field of a name counts, as in GMime and most mail programs.
EntityHeader read_entity_header(std::string_view header);

/// The line at `at`, with its line end.
std::string_view line_at(std::string_view text, std::size_t at);

std::string_view without_line_end(std::string_view text);

}  // namespace lazaret::filter
