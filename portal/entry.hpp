#pragma once

#include <optional>
#include <string_view>

#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

/// Getting in and out: everything between a person and his session. The places that a session opens
/// are others' business.
namespace lazaret::portal {

/// Where somebody stands who wants in, or looks after how he got in.
enum class Door {
    SignIn,        ///< /account/sign-in
    AskLink,       ///< /account/link: a mail with a link to choose a password
    Choose,        ///< /p/TOKEN: that link
    Change,        ///< /account/password: for whoever is signed in
    Sessions,      ///< /account/sessions
    EndSession,    ///< /account/sessions/end
    EndSessions,   ///< /account/sessions/end-all: signs out everywhere
    Code,          ///< /account/code: the second step
    NewCode,       ///< /account/code/new: sets one up that is demanded
    Factor,        ///< /account/factor: sets one up
    RemoveFactor,  ///< /account/factor/remove
    OpenId,        ///< /account/openid: to a provider of OpenID Connect
    OpenIdBack,    ///< /account/openid/back: from there
};
inline constexpr std::size_t door_count = 13;

/// Everything known about a door, once.
struct DoorInfo {
    Door id;
    std::string_view path;  ///< all of it, or for Choose what stands before the token
    std::string_view name;  ///< for the log
    bool shows = true;      ///< answers GET
    bool acts = true;       ///< answers POST, from our own pages only
};
const DoorInfo& info(Door id);

/// The door of a path. For Choose, `token` is what stands behind it, which looks like one.
std::optional<Door> door_of(std::string_view path, std::string_view& token);

/// From request to response. Methods and where a form came from were looked at before.
/// @param token  of Door::Choose.
Response entry_place(const Site& site, const Request& request, Door door, const std::string& token);

}  // namespace lazaret::portal
