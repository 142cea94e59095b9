#include "base/records/identity.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto reference = Reference::parse(fuzz::text_of(data, size));
    if (!reference) return 0;
    fuzz::promise(reference->text().size() == 12, "a reference has twelve characters");
    fuzz::promise(Reference::parse(reference->text()) == reference,
                  "a reference is read from its own text");
    return 0;
}
