#include "milter/filter/rules/rendering/message_head.hpp"

#include <algorithm>

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_value = 8'192;
constexpr std::size_t longest_header = 65'536;
constexpr int most_invalid_lines = 3;

// `From ` of an mbox, not `From :`.
bool is_mbox_line(std::string_view line)
{
    if (!line.starts_with("From")) return false;
    const auto next = line.find_first_not_of(" \t\n\r\f\v", 4);
    // One blank of several may be left to what must not be a colon.
    if (next == 4) return false;
    return next == std::string_view::npos || line[next] != ':' || next > 5;
}

void add_field(std::string_view field, MessageHead& head)
{
    const auto colon = field.find(':');
    if (colon == std::string_view::npos) return;
    auto name = field.substr(0, colon);
    while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
    const auto value = field.substr(colon + 1);
    head.is_truncated |= name.size() > longest_name || value.size() > longest_value;
    head.headers.add(name.substr(0, longest_name), value.substr(0, longest_value));
}

bool is_too_long(const RuleHeaders& headers)
{
    std::size_t size = 0;
    for (const auto& field : headers.fields()) size += field.name.size() + field.value.size() + 3;
    return size > longest_header;
}

}  // namespace

bool begins_with_field(std::string_view line, bool blanks_allowed)
{
    std::size_t at = 0;
    while (at < line.size() && line[at] > ' ' && line[at] <= '~' && line[at] != ':') ++at;
    if (at == 0) return false;
    while (blanks_allowed && at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    return at < line.size() && line[at] == ':';
}

std::string_view take_line(std::string_view& text)
{
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    return line;
}

MessageHead read_message_head(std::string_view text)
{
    MessageHead head;
    auto rest = text;
    if (is_mbox_line(rest.substr(0, rest.find('\n')))) take_line(rest);
    head.begin = text.size() - rest.size();
    head.end = head.begin;
    int invalid = 0;
    std::size_t field = head.begin;  // where the open one begins
    for (;;) {
        const auto here = text.size() - rest.size();
        if (rest.empty()) {
            add_field(text.substr(field, here - field), head);
            head.is_separator_missing = true;
            head.end = here;
            break;
        }
        const auto line = take_line(rest);
        if (line[0] == ' ' || line[0] == '\t') continue;
        add_field(text.substr(field, here - field), head);
        field = here;
        head.end = here;
        if (line == "\n") {
            head.end += line.size();
            break;
        }
        if (line.starts_with("--") ||
            (!begins_with_field(line, true) && ++invalid > most_invalid_lines)) {
            head.is_separator_missing = true;
            break;
        }
    }
    head.is_truncated |= is_too_long(head.headers);
    return head;
}

}  // namespace lazaret::filter::rules
