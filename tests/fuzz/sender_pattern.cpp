#include "base/records/list_entry.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto pattern = parse_sender_pattern(fuzz::text_of(data, size));
    if (!pattern) return 0;
    const auto again = parse_sender_pattern(pattern->text);
    fuzz::promise(again && *again == *pattern, "a pattern is read from its own text");
    return 0;
}
