#include "quarantine-store/link/claim.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    static const auto keys =
        SealKeys::parse("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "seeds");
    const Moment now{std::chrono::seconds{1'800'000'000}};
    const store::AccountClaim what{7, 42};
    static const auto ours = store::seal_claim(keys, what, now + std::chrono::hours{24});

    const auto opened = store::open_claim(keys, text, now);
    fuzz::promise(!opened || text == ours, "no claim is believed but ours, to the letter");
    fuzz::promise(!opened || std::get<store::AccountClaim>(*opened) == what,
                  "a claim is for what it was made for");
    const auto old = store::open_expired_claim(keys, text);
    fuzz::promise(!old || text == ours, "no old claim is believed but ours");
    fuzz::promise(store::open_claim(keys, ours, now).has_value(), "ours is believed");
    return 0;
}
