#pragma once

#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/route.hpp"
#include "portal/site.hpp"

/// The places that a route leads to, each from request to response. Methods were looked at before:
/// what comes here is GET or POST (a HEAD is a GET whose body is not sent).
namespace lazaret::portal {

/// /m/CLAIM and what stands below it.
Response copy_place(const Site& site, const Request& request, const Route& route);
/// /m/CLAIM/preview
Response preview_place(const Site& site, const Request& request, const Route& route);
/// /a/CLAIM: a button that opens a session.
Response open_place(const Site& site, const Request& request, const Route& route);
/// /u/CLAIM: turns the reports off (RFC 8058: a POST of any body does).
Response unsubscribe_place(const Site& site, const Request& request, const Route& route);
/// /account/leave: ends the session.
Response leave_place(const Site& site, const Request& request);

}  // namespace lazaret::portal
