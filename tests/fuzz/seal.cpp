#include "base/mail/seal.hpp"

#include "base/error.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    static const auto keys =
        SealKeys::parse("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "seeds");
    const Moment now{std::chrono::seconds{1'800'000'000}};
    const Digest digest;
    static const auto good = make_seal(keys, digest, "a@example.org", now);

    const auto until = check_seal(keys, text, digest, "a@example.org", now);
    fuzz::promise(!until || text.find(good.substr(good.rfind(' ') + 1)) != std::string_view::npos,
                  "no seal is believed but ours");
    try {
        SealKeys::parse(text, "input");
    } catch (const Error&) {
        // A key file with a mistake is refused so.
    }
    return 0;
}
