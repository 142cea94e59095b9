#include "base/records/address.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto address = parse_address(fuzz::text_of(data, size));
    if (!address) return 0;
    const auto again = parse_address(address->text());
    fuzz::promise(again && *again == *address, "an address is read from its own text");
    fuzz::promise(!without_tag(*address).local.empty(), "something is left without the tag");
    return 0;
}
