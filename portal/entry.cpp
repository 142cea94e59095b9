#include "portal/entry.hpp"

#include <algorithm>
#include <array>

#include "portal/entry_pages.hpp"
#include "quarantine-store/link/secret_token.hpp"

namespace lazaret::portal {
namespace {

constexpr auto doors = std::to_array<DoorInfo>({
    {.id = Door::SignIn, .path = "/account/sign-in", .name = "sign-in"},
    {.id = Door::AskLink, .path = "/account/link", .name = "ask-link", .shows = false},
    {.id = Door::Choose, .path = "/p/", .name = "choose-password"},
    {.id = Door::Change, .path = "/account/password", .name = "change-password"},
    {.id = Door::Sessions, .path = "/account/sessions", .name = "sessions", .acts = false},
    {.id = Door::EndSession,
     .path = "/account/sessions/end",
     .name = "end-session",
     .shows = false},
    {.id = Door::EndSessions,
     .path = "/account/sessions/end-all",
     .name = "end-sessions",
     .shows = false},
});

consteval bool in_enum_order()
{
    for (std::size_t at = 0; at < doors.size(); ++at)
        if (static_cast<std::size_t>(doors[at].id) != at) return false;
    return doors.size() == door_count;
}
static_assert(in_enum_order(), "one row per Door, in the order of the enum");

}  // namespace

const DoorInfo& info(Door id) { return doors[static_cast<std::size_t>(id)]; }

std::optional<Door> door_of(std::string_view path, std::string_view& token)
{
    const auto link = info(Door::Choose).path;
    if (path.starts_with(link)) {
        token = path.substr(link.size());
        if (!store::looks_like_token(token)) return std::nullopt;
        return Door::Choose;
    }
    const auto found =
        std::find_if(doors.begin(), doors.end(), [&](const auto& row) { return row.path == path; });
    if (found == doors.end()) return std::nullopt;
    return found->id;
}

Response entry_place(const Site& site, const Request& request, Door door, const std::string& token)
{
    const bool is_post = request.method == Method::Post;
    switch (door) {
        case Door::SignIn:
            return is_post ? sign_in(site, request) : sign_in_page(site, request, {});
        case Door::AskLink: return ask_link(site, request);
        case Door::Choose:
            return is_post ? choose_password(site, request, token)
                           : link_page(site, request, token);
        case Door::Change: return change_password(site, request);
        case Door::Sessions: return sessions_page(site, request);
        case Door::EndSession: return end_session(site, request);
        case Door::EndSessions: return end_sessions(site, request);
    }
    return {};
}

}  // namespace lazaret::portal
