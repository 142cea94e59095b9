#include "base/records/from_text.hpp"

#include "base/records/address.hpp"
#include "base/records/look.hpp"

namespace lazaret {

bool is_from(std::string_view text)
{
    constexpr std::size_t longest = 300;  // bytes
    const auto bracket = text.rfind('<');
    const bool in_brackets = bracket != std::string_view::npos && text.ends_with('>');
    const auto address = in_brackets ? text.substr(bracket + 1, text.size() - bracket - 2) : text;
    return is_one_line(text) && text.size() <= longest && parse_address(address).has_value();
}

}  // namespace lazaret
