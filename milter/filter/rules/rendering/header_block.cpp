#include "milter/filter/rules/rendering/header_block.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/text_hash.hpp"

namespace lazaret::filter::rules {

namespace {

constexpr std::size_t most_bytes = 65536;

std::size_t size_of(const RuleHeaders::Field& field)
{
    return field.name.size() + field.value.size() + 3;
}

/// Which fields are within the bound: counted name by name, each at its first place, all of it.
std::vector<bool> fields_within(const RuleHeaders& headers)
{
    const auto& fields = headers.fields();
    std::size_t all = 0;
    for (const auto& field : fields) all += size_of(field);
    std::vector<bool> is_within(fields.size(), all <= most_bytes);
    if (all <= most_bytes) return is_within;

    TextMap<std::vector<std::size_t>> places;
    std::vector<const std::vector<std::size_t>*> in_order;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto& of_name = places[ascii_lower(fields[i].name)];
        if (of_name.empty()) in_order.push_back(&of_name);
        of_name.push_back(i);
    }
    std::size_t size = 0;
    for (const auto* of_name : in_order) {
        for (const auto place : *of_name) {
            size += size_of(fields[place]);
            if (size > most_bytes) return is_within;
            is_within[place] = true;
        }
    }
    return is_within;
}

}  // namespace

FieldLines field_lines(const RuleHeaders& headers)
{
    const auto is_within = fields_within(headers);
    FieldLines lines;
    lines.ends.reserve(is_within.size());
    std::size_t size = 0;
    for (const auto& field : headers.fields()) size += size_of(field);
    lines.text.reserve(size);
    for (std::size_t i = 0; i < is_within.size(); ++i) {
        if (!is_within[i]) continue;
        const auto& field = headers.fields()[i];
        lines.begin_line();
        for (const std::string_view part : {std::string_view{field.name}, std::string_view{": "},
                                            std::string_view{field.value}, std::string_view{"\n"}})
            lines.add(part);
    }
    return lines;
}

FieldLines raw_field_lines(std::string_view header)
{
    FieldLines lines;
    lines.text.reserve(header.size());
    bool is_open = false;  // a line that begins with a blank belongs to one before
    while (!header.empty()) {
        const auto end = header.find('\n');
        if (end == std::string_view::npos) break;
        const auto line = header.substr(0, end + 1);
        const bool is_fold = line.front() == ' ' || line.front() == '\t';
        const bool begins = !is_fold && line.size() > 1;
        if (begins) lines.begin_line();
        if (begins || (is_fold && is_open)) lines.add(line);
        is_open = is_open ? is_fold || line.size() > 1 : begins;
        header.remove_prefix(end + 1);
    }
    return lines;
}

LineRange lines_between(const FieldLines& lines, std::optional<int> begin, std::optional<int> end)
{
    LineRange range;
    if (end && *end < 0) return range;
    int received = -1;
    bool is_begun = false;
    for (std::size_t at = 0; at < lines.ends.size(); ++at) {
        if (starts_ignoring_case(lines.line(at), "Received:")) ++received;
        const bool is_last = end && received >= *end;
        const bool is_kept = is_last ? received == *end : !begin || *begin <= received;
        if (is_kept && !is_begun) range.begin = at;
        is_begun = is_begun || is_kept;
        if (is_kept) range.end = at + 1;
        if (is_last) break;
    }
    return range;
}

}  // namespace lazaret::filter::rules
