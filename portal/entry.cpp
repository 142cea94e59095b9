#include "portal/entry.hpp"

#include "portal/entry_pages.hpp"
#include "portal/openid/pages.hpp"
#include "portal/second_step/pages.hpp"

namespace lazaret::portal {

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
        case Door::Code: return enter_code(site, request);
        case Door::NewCode: return set_up_demanded(site, request);
        case Door::Factor: return factor_page(site, request);
        case Door::RemoveFactor: return remove_factor(site, request);
        case Door::OpenId: return begin_openid(site, request);
        case Door::OpenIdBack: return finish_openid(site, request);
    }
    return {};
}

}  // namespace lazaret::portal
