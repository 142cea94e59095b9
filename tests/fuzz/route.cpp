#include "portal/route.hpp"

#include <algorithm>

#include "base/records/look.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto path = fuzz::text_of(data, size);
    const auto route = portal::route_of(path);
    fuzz::promise(route.place != portal::Route::Place::Nowhere || route.claim.empty(),
                  "what leads nowhere has no claim");
    fuzz::promise(path.find(route.claim) != std::string_view::npos, "a claim stands in the path");
    fuzz::promise(std::all_of(route.claim.begin(), route.claim.end(),
                              [](unsigned char c) { return c > ' ' && c < 127 && c != '/'; }),
                  "a claim can stand in a log line and in a link");
    fuzz::promise(
        !route.press || route.place == portal::Route::Place::Copy ||
            (route.place == portal::Route::Place::Open && *route.press == portal::Press::Fresh),
        "only the page of a copy has buttons, and one an old link of an account");
    fuzz::promise(route.colour.empty() || is_colour(route.colour),
                  "what stands in a style sheet is a colour");
    fuzz::promise(route.logo.empty() || is_logo_name(route.logo), "a logo's name is no path");
    return 0;
}
