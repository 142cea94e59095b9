#include "milter/filter/message/attached_messages.hpp"
#include "milter/filter/message/forwarded_text.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    constexpr std::size_t most = 5;
    const auto all = filter::attached_messages(text, most);
    fuzz::promise(all.size() <= most, "there are no more than were asked for");
    std::size_t bytes = 0;
    for (const auto& one : all) bytes += one.size();
    fuzz::promise(bytes <= text.size(), "none is within another");
    const auto quoted = filter::read_forwarded_text(text);
    fuzz::promise(quoted.senders.size() <= filter::most_quoted_addresses,
                  "no more addresses are taken than may be");
    return 0;
}
