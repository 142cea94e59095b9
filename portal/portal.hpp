#pragma once

#include "portal/incoming_request.hpp"
#include "portal/limits.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/route.hpp"
#include "portal/site.hpp"

namespace lazaret::portal {

/// The pages behind the report's links, from request to response; knows no sockets.
///
/// GET and HEAD show, only POST acts: whoever opens links by himself (a scanner, a prefetcher, a
/// browser that restores its tabs) changes nothing and opens no session. The one exception is a
/// browser that comes back from an OpenID provider (Door::OpenIdBack). Threads may share one.
class Portal {
public:
    explicit Portal(Site site);

    /// An edge of the program: never throws. What fails becomes a page (503, 500) and a log line.
    Response answer(const Request& request) noexcept;

    /// How long the body of a request may be; bytes.
    [[nodiscard]] std::size_t longest_body(const IncomingRequest& request) const;

private:
    Response unless_it_fails(const Request& request, const Route& route);
    Response limited(const Request& request, const Route& route);
    bool is_too_often(const Request& request, const Route& route);
    Response place(const Request& request, const Route& route);

    const Site site_;
    RateLimit strangers_;  ///< by their address
    RateLimit holders_;    ///< of what our claims and sessions are about: nobody can invent one
};

}  // namespace lazaret::portal
