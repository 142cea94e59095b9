#include "base/records/list_entry.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    if (const auto proof = proof_of(text))
        fuzz::promise(proof->text() == text, "a proof is read from its own text");
    if (const auto address = parse_address(text))
        for (const auto& one : patterns_naming(*address)) {
            const auto read = parse_sender_pattern(one);
            fuzz::promise(read && read->text == one, "what names an address can be an entry");
        }
    const auto pattern = parse_sender_pattern(text);
    if (!pattern) return 0;
    const auto again = parse_sender_pattern(pattern->text);
    fuzz::promise(again && *again == *pattern, "a pattern is read from its own text");
    return 0;
}
