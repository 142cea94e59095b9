#include "portal/session.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    static const auto keys =
        SealKeys::parse("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "seeds");
    const Moment now{std::chrono::seconds{1'800'000'000}};
    const portal::Session whose{7, 42};
    static const auto ours = portal::seal_session(keys, whose, now + std::chrono::hours{24});

    const auto opened = portal::open_session(keys, text, now);
    fuzz::promise(!opened || text == ours, "no session is believed but ours, to the letter");
    for (const bool is_https : {true, false}) {
        const portal::SessionCookie cookie{is_https};
        const auto found = cookie.find(text);
        fuzz::promise(text.find(found) != std::string_view::npos,
                      "a cookie is a part of the header");
        const auto sent = std::string{text} + "; " + cookie.set(ours, std::chrono::hours{1});
        const auto session = portal::open_session(keys, cookie.find(sent), now);
        fuzz::promise(!session || *session == whose, "a session is of whom it was made for");
    }
    return 0;
}
