#pragma once

#include <string>

#include "portal/reader.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

/// Signing in with an OpenID provider: to it, and back.
namespace lazaret::portal {

/// What people call a provider: `name`, else the host.
std::string provider_name(const ConnectorConfig& connector);

/// Sends the browser to a provider.
/// @param hint  an address that somebody typed, for its form; may be empty.
Response lead_to(const Site& site, const Request& request, const ConnectorConfig& connector,
                 const std::string& hint);

/// POST, from the page for signing in: its button.
Response begin_openid(const Site& site, const Request& request);

/// GET, by the provider: lets in. The one place where looking does something: no other browser can
/// come here with what this one's cookie holds, and none a second time.
Response finish_openid(const Site& site, const Request& request);

}  // namespace lazaret::portal
