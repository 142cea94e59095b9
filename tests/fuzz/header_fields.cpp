#include "base/mail/header_fields.hpp"

#include "base/mail/digest.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    const auto cut = cut_header(text);
    std::size_t sum = cut.body.size();
    for (const auto& field : cut.fields) {
        fuzz::promise(!field.whole.empty(), "a field has bytes");
        fuzz::promise(field.value.size() < field.whole.size(), "a value stands within its field");
        sum += field.whole.size();
    }
    fuzz::promise(sum <= text.size(), "no byte is counted twice");
    fuzz::promise(digest_of(text, "4XyZ1b") == digest_of(text, "4XyZ1b"), "a digest is a function");
    return 0;
}
