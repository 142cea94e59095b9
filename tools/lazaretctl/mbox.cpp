#include "tools/lazaretctl/mbox.hpp"

namespace lazaret::tools {
namespace {

constexpr std::string_view from_mark = "From ";

std::string_view line_at(std::string_view text, std::size_t at)
{
    const auto end = text.find('\n', at);
    return text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
}

// `From ` with a time of day, as `From bob@example.org Mon Nov 23 15:04:05 2026`; a sentence that
// begins with the word is no separator.
bool separates(std::string_view line)
{
    if (!line.starts_with(from_mark)) return false;
    const auto digit = [&](std::size_t at) {
        return at < line.size() && line[at] >= '0' && line[at] <= '9';
    };
    for (auto colon = line.find(':'); colon != std::string_view::npos;
         colon = line.find(':', colon + 1))
        if (colon >= 1 && digit(colon - 1) && digit(colon + 1) && digit(colon + 2)) return true;
    return false;
}

bool is_quoted_from(std::string_view line)
{
    const auto from = line.find_first_not_of('>');
    return from != 0 && from != std::string_view::npos && line.substr(from).starts_with(from_mark);
}

}  // namespace

bool is_mbox(std::string_view bytes) { return bytes.starts_with(from_mark); }

std::size_t mbox_message_end(std::string_view mbox, std::size_t from)
{
    for (auto at = mbox.find("\nFrom ", from); at != std::string_view::npos;
         at = mbox.find("\nFrom ", at + 1)) {
        const auto before = mbox.substr(from, at - from);
        const bool after_blank_line = before.ends_with('\n') || before.ends_with("\n\r");
        if (after_blank_line && separates(line_at(mbox, at + 1))) return at + 1;
    }
    return mbox.size();
}

std::string_view mbox_message(std::string_view message, std::string& buffer)
{
    message.remove_prefix(line_at(message, 0).size());
    if (message.find("\n>") == std::string_view::npos && !message.starts_with('>')) return message;
    buffer.clear();
    for (std::size_t at = 0; at < message.size();) {
        auto line = line_at(message, at);
        at += line.size();
        if (is_quoted_from(line)) line.remove_prefix(1);
        buffer += line;
    }
    return buffer;
}

}  // namespace lazaret::tools
