#include "base/mail/reference_field.hpp"

#include "base/mail/digest.hpp"
#include "base/text.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

// Any bytes are read; and what the milter would have sealed of any bytes is known again, once.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = std::string{fuzz::text_of(data, size)};
    static const auto keys =
        SealKeys::parse("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "seeds");
    const Moment now{std::chrono::seconds{1'800'000'000}};
    fuzz::promise(!known_message(keys, text, now), "nothing is believed that we did not seal");

    const auto field = make_reference_field(keys, text, digest_of(text, ""), 0, now);
    fuzz::promise(
        digest_in_text("> X-Lazaret-Reference: " + field + '\n' + text) == digest_of(text, ""),
        "a field in a text names its message");
    static_cast<void>(digest_in_text(text));
    const auto known = known_message(keys, "X-Lazaret-Reference: " + field + "\r\n" + text, now);
    fuzz::promise(!known || digest_of(known->bytes, "") == known->digest,
                  "what is believed is what was sealed");
    const bool continues_ours = text.starts_with(' ') || text.starts_with('\t');
    fuzz::promise(known || continues_ours || find_ignoring_case(text, "x-lazaret-") != text.npos,
                  "what was sealed is believed");
    return 0;
}
