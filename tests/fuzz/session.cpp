#include "portal/session.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    static const auto keys =
        SealKeys::parse("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "seeds");
    static const std::string token(43, 'x');
    static const auto ours = portal::seal_token(keys, token);

    const auto opened = portal::open_token(keys, text);
    fuzz::promise(!opened || text == ours, "no session is believed but ours, to the letter");
    for (const bool is_https : {true, false}) {
        const portal::SessionCookie cookie{is_https};
        const auto found = cookie.find(text);
        fuzz::promise(text.find(found) != std::string_view::npos,
                      "a cookie is a part of the header");
        const auto sent = std::string{text} + "; " + cookie.set(ours, std::chrono::hours{1});
        const auto found_token = portal::open_token(keys, cookie.find(sent));
        fuzz::promise(!found_token || *found_token == token, "a session is the one we made");
    }
    return 0;
}
