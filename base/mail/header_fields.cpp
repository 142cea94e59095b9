#include "base/mail/header_fields.hpp"

#include "base/text.hpp"

namespace lazaret {
namespace {

std::string_view without_line_end(std::string_view line)
{
    if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

// Where the line at `at` ends, after its '\n'.
std::size_t line_end(std::string_view text, std::size_t at)
{
    const auto end = text.find('\n', at);
    return end == std::string_view::npos ? text.size() : end + 1;
}

// Where the field at `at` ends: after its last continuation line.
std::size_t field_end(std::string_view text, std::size_t at)
{
    auto end = line_end(text, at);
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) end = line_end(text, end);
    return end;
}

}  // namespace

HeaderAndBody cut_header(std::string_view message)
{
    HeaderAndBody cut;
    std::size_t at = 0;
    while (at < message.size()) {
        const auto first_line = message.substr(at, line_end(message, at) - at);
        if (without_line_end(first_line).empty()) {
            cut.header = message.substr(0, at);
            cut.body = message.substr(at + first_line.size());
            return cut;
        }
        const auto whole = message.substr(at, field_end(message, at) - at);
        at += whole.size();
        const auto colon = first_line.find(':');
        if (colon == std::string_view::npos || colon == 0) continue;
        if (cut.fields.size() == most_header_fields) {
            cut.cut_short = true;
            continue;
        }
        cut.fields.push_back(
            {trimmed(whole.substr(0, colon)), without_line_end(whole.substr(colon + 1)), whole});
    }
    cut.header = message;
    return cut;
}

}  // namespace lazaret
