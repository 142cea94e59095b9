#include "milter/filter/rules/rendering/header_block.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"

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

    std::unordered_map<std::string, std::vector<std::size_t>> places;
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

std::vector<std::string> field_lines(const RuleHeaders& headers)
{
    const auto is_within = fields_within(headers);
    std::vector<std::string> lines;
    lines.reserve(is_within.size());
    for (std::size_t i = 0; i < is_within.size(); ++i) {
        if (!is_within[i]) continue;
        const auto& field = headers.fields()[i];
        auto& line = lines.emplace_back();
        line.reserve(size_of(field));
        line.append(field.name).append(": ").append(field.value).append("\n");
    }
    return lines;
}

std::vector<std::string> raw_field_lines(std::string_view header)
{
    std::vector<std::string> lines;
    bool is_open = false;  // a line that begins with a blank belongs to one before
    while (!header.empty()) {
        const auto end = header.find('\n');
        if (end == std::string_view::npos) break;
        const auto line = header.substr(0, end + 1);
        const bool is_fold = line.front() == ' ' || line.front() == '\t';
        if (is_fold && is_open) lines.back() += line;
        else if (!is_fold && line.size() > 1) lines.emplace_back(line);
        is_open = is_open ? is_fold || line.size() > 1 : !is_fold && line.size() > 1;
        header.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<std::string> lines_between(std::vector<std::string> lines, std::optional<int> begin,
                                       std::optional<int> end)
{
    std::vector<std::string> kept;
    if (end && *end < 0) return kept;
    int received = -1;
    for (auto& line : lines) {
        if (starts_ignoring_case(line, "Received:")) ++received;
        const bool is_begun = !begin || *begin <= received;
        if (end && received >= *end) {
            if (received == *end) kept.push_back(std::move(line));
            break;
        }
        if (is_begun) kept.push_back(std::move(line));
    }
    return kept;
}

}  // namespace lazaret::filter::rules
