#include "milter/filter/message/entity_header.hpp"

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

std::string_view* wanted_field(EntityHeader& header, std::string_view name)
{
    if (!starts_ignoring_case(name, "content-")) return nullptr;
    if (same_ignoring_case(name, "content-type")) return &header.type;
    if (same_ignoring_case(name, "content-disposition")) return &header.disposition;
    if (same_ignoring_case(name, "content-transfer-encoding")) return &header.encoding;
    if (same_ignoring_case(name, "content-id")) return &header.content_id;
    return nullptr;
}

std::string_view without_brackets(std::string_view id)
{
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return id;
}

}  // namespace

std::string_view line_at(std::string_view text, std::size_t at)
{
    const auto end = text.find('\n', at);
    return text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
}

std::string_view without_line_end(std::string_view text)
{
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

EntityHeader read_entity_header(std::string_view header)
{
    EntityHeader out;
    std::string_view* open = nullptr;
    std::size_t value = 0;
    const auto close = [&](std::size_t end) {
        if (open && open->empty()) *open = trimmed(header.substr(value, end - value));
        open = nullptr;
    };
    for (std::size_t at = 0; at < header.size();) {
        const auto line = line_at(header, at);
        if (line.front() != ' ' && line.front() != '\t') {
            close(at);
            const auto colon = line.front() == 'c' || line.front() == 'C' ? line.find(':')
                                                                          : std::string_view::npos;
            if (colon != std::string_view::npos) {
                open = wanted_field(out, trimmed(line.substr(0, colon)));
                value = at + colon + 1;
            }
        }
        at += line.size();
    }
    close(header.size());
    out.content_id = without_brackets(out.content_id);
    return out;
}

}  // namespace lazaret::filter
