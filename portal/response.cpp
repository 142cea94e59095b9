#include "portal/response.hpp"

#include <array>

namespace lazaret::portal {
namespace {

using Header = std::pair<std::string_view, std::string_view>;

constexpr auto for_all = std::to_array<Header>({
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Referrer-Policy", "same-origin"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Robots-Tag", "noindex, nofollow"},
});

constexpr auto for_pages = std::to_array<Header>({
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
     "form-action 'self'; "
     "base-uri 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
});

// `sandbox` here holds also when the frame is opened as a page of its own. No opener policy: a
// browser refuses one on a page that is in a sandbox.
constexpr auto for_frames = std::to_array<Header>({
    {"Content-Security-Policy",
     "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; "
     "base-uri 'none'; frame-ancestors 'self'; sandbox"},
    {"X-Frame-Options", "SAMEORIGIN"},
});

}  // namespace

std::string Response::header(const std::string& name) const
{
    for (const auto& [known, value] : headers)
        if (known == name) return value;
    return {};
}

void protect(Response& response, Document document)
{
    const auto add = [&](const auto& list) {
        for (const auto& [name, value] : list) response.headers.emplace_back(name, value);
    };
    response.headers.emplace_back(
        "Cache-Control", document == Document::Fixed ? "public, max-age=3600" : "no-store");
    add(for_all);
    if (document == Document::Frame) add(for_frames);
    else add(for_pages);
}

Response see_other(const std::string& location)
{
    return {.status = 303, .headers = {{"Location", location}}};
}

}  // namespace lazaret::portal
