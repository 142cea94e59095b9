#include "base/records/from_text.hpp"

#include "base/records/address.hpp"
#include "base/records/look.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

std::string_view unquoted(std::string_view name)
{
    const bool quoted = name.size() >= 2 && name.front() == '"' && name.back() == '"';
    return quoted ? name.substr(1, name.size() - 2) : name;
}

}  // namespace

std::optional<FromText> parse_from(std::string_view text)
{
    text = trimmed(text);
    const auto bracket = text.rfind('<');
    if (bracket == std::string_view::npos || !text.ends_with('>')) {
        if (!is_written_address(text)) return std::nullopt;
        return FromText{{}, std::string{text}};
    }
    const auto name = trimmed(text.substr(0, bracket));
    const auto address = trimmed(text.substr(bracket + 1, text.size() - bracket - 2));
    // `A <a@example.org>, <b@example.org>` is two.
    const bool is_one =
        unquoted(name) != name || name.find_first_of("<>") == std::string_view::npos;
    if (!is_one || !is_written_address(address)) return std::nullopt;
    return FromText{std::string{unquoted(name)}, std::string{address}};
}

bool is_from(std::string_view text)
{
    constexpr std::size_t longest = 300;  // bytes
    return is_one_line(text) && text.size() <= longest && parse_from(text).has_value();
}

bool is_written_address(std::string_view text)
{
    const auto address = parse_address(text);
    if (!address) return false;
    const auto written = address->text();
    return !written.starts_with('"') ||
           trimmed(text).starts_with(written.substr(0, written.size() - address->domain.size()));
}

}  // namespace lazaret
