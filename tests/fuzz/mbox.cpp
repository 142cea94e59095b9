#include "tools/lazaretctl/mbox.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto mbox = fuzz::text_of(data, size);
    std::string buffer;
    for (std::size_t at = 0; at < mbox.size();) {
        const auto end = tools::mbox_message_end(mbox, at);
        fuzz::promise(end > at && end <= mbox.size(), "each message takes a part of the file");
        fuzz::promise(end == mbox.size() || tools::is_mbox(mbox.substr(end)),
                      "the next one begins with its separator");
        const auto message = tools::mbox_message(mbox.substr(at, end - at), buffer);
        fuzz::promise(message.size() <= end - at, "nothing is added to a message");
        at = end;
    }
    return 0;
}
