#include "portal/entry.hpp"

#include <algorithm>
#include <array>

#include "base/enum_table.hpp"
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
    {.id = Door::Code, .path = "/account/code", .name = "code", .shows = false},
    {.id = Door::NewCode, .path = "/account/code/new", .name = "new-code", .shows = false},
    {.id = Door::Factor, .path = "/account/factor", .name = "factor"},
    {.id = Door::RemoveFactor,
     .path = "/account/factor/remove",
     .name = "remove-factor",
     .shows = false},
    {.id = Door::OpenId, .path = "/account/openid", .name = "openid", .shows = false},
    {.id = Door::OpenIdBack, .path = "/account/openid/back", .name = "openid-back", .acts = false},
});

static_assert(in_enum_order(doors, door_count), "one row per Door, in the order of the enum");

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

}  // namespace lazaret::portal
