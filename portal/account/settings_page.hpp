#pragma once

#include <map>
#include <string>

#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"
#include "quarantine-store/sessions.hpp"

/// The page of settings, and the forms for addresses on it. All in a full session.
namespace lazaret::portal {

/// What the page says besides what is chosen.
struct SettingsSaid {
    std::string done{};                             ///< what was done; empty: nothing was
    std::map<std::string, std::string> problems{};  ///< by setting; of an address by `address`
    std::map<std::string, std::string> written{};   ///< the form that these are about
};

Response settings_page(const Site& site, store::Database& database, const store::Session& session,
                       const SettingsSaid& said);

/// The address that a form names is asked whether it wants to be added, by mail.
Response add_address(const Site& site, store::Database& database, const store::Session& session,
                     const std::string& token, const Request& request);
/// Takes one out.
Response remove_address(const Site& site, store::Database& database, const store::Session& session,
                        const std::string& token, const Request& request);
/// What the link of that mail would do, with a button that does it.
Response confirm_address(const Site& site, store::Database& database, const store::Session& session,
                         const std::string& token, const std::string& link, const Request& request);

}  // namespace lazaret::portal
