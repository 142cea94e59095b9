#include "milter/filter/message/flowed_text.hpp"

#include <algorithm>
#include <cstddef>

namespace lazaret::filter {
namespace {

std::size_t quote_depth(std::string_view line)
{
    return std::min(line.find_first_not_of('>'), line.size());
}

// Without quote marks, and the blank that may be stuffed in front of it.
std::string_view content_of(std::string_view line)
{
    line.remove_prefix(quote_depth(line));
    if (line.starts_with(' ')) line.remove_prefix(1);
    return line;
}

}  // namespace

std::string joined_lines(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    bool goes_on = false;
    std::size_t depth = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto content = content_of(line);
        const bool is_signature = content == "-- ";
        const bool joins = goes_on && quote_depth(line) == depth && !is_signature;
        if (goes_on && !joins) out += '\n';
        depth = quote_depth(line);
        goes_on = content.ends_with(' ') && !is_signature;
        line = joins ? content : line;
        out += line.substr(0, line.size() - (goes_on ? 1 : 0));
        if (!goes_on && end != std::string_view::npos) out += '\n';
    }
    return out;
}

}  // namespace lazaret::filter
