#pragma once

#include "portal/account/statistics.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/route.hpp"
#include "portal/site.hpp"

/// The pages of the account, each from request to response and in a file of its own; all pass
/// in_account().
namespace lazaret::portal {

/// /account: the held copies of the session's account.
Response quarantine_place(const Site& site, const Request& request);
/// /account/confirm: what will be done to those that were selected there; changes nothing.
Response confirm_place(const Site& site, const Request& request);
/// /account/act: does it, and leads back to where it was selected.
Response act_place(const Site& site, const Request& request);
/// /account/report: orders a report.
Response report_place(const Site& site, const Request& request);
/// /account/lists
Response lists_place(const Site& site, const Request& request);
/// /account/lists.csv: the same for other programs.
Response lists_table_place(const Site& site, const Request& request);
/// /account/lists/add and its like: what the owner made himself is changed, nothing else.
Response change_list_place(const Site& site, const Request& request, ListChange change);
/// /account/delivered: what was delivered of late, for whoever is in with his password.
Response delivered_place(const Site& site, const Request& request);
/// /account/delivered/vote: one of these was spam, or that is taken back.
Response vote_place(const Site& site, const Request& request);
/// /account/statistics: what became of the account's mail.
Response statistics_place(const Site& site, const Request& request, Span span);
/// /account/settings: what its owner chose for his account, and its addresses; in a full session,
/// as what stands below it. @param token  of ConfirmAddress.
Response settings_place(const Site& site, const Request& request, SettingsPart part,
                        const std::string& token);
/// /account/help
Response help_place(const Site& site, const Request& request);

}  // namespace lazaret::portal
