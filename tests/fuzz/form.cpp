#include "portal/form.hpp"

#include "base/text.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto body = fuzz::text_of(data, size);
    const auto form = portal::read_form(body);
    fuzz::promise(form.size() <= 80, "at most 80 names are read");
    for (const auto& [name, value] : form) {
        fuzz::promise(valid_utf8(name) == name && valid_utf8(value) == value, "all is UTF-8");
        fuzz::promise(value.find('\0') == std::string::npos, "no value has a NUL");
    }
    return 0;
}
