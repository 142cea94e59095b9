#pragma once

#include <cstddef>

#include "portal/account/statistics.hpp"
#include "portal/incoming_request.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/route.hpp"
#include "portal/site.hpp"

/// The pages of the account, each from request to response and in a file of its own; all pass
/// in_account(). Those that an administrator has of a realm as well pass in_pages(): below
/// /account/tenant.
namespace lazaret::portal {

/// /account: the held copies of the session's account.
Response quarantine_place(const Site& site, const Request& request, bool of_realm);
/// /account/confirm: what will be done to those that were selected there; changes nothing.
Response confirm_place(const Site& site, const Request& request, bool of_realm);
/// /account/act: does it, and leads back to where it was selected.
Response act_place(const Site& site, const Request& request, bool of_realm);
/// /account/report: orders a report.
Response report_place(const Site& site, const Request& request);
/// /account/newsletters: each newsletter once, with what was said about it.
Response newsletters_place(const Site& site, const Request& request);
/// /account/newsletters/accept and its like.
Response change_newsletter_place(const Site& site, const Request& request, NewsletterChange change);
/// /account/newsletters/unsubscribe: asks first (GET), then asks its sender to send no more (POST).
Response end_newsletter_place(const Site& site, const Request& request);
/// /account/lists
Response lists_place(const Site& site, const Request& request, bool of_realm);
/// /account/lists.csv: the same for other programs.
Response lists_table_place(const Site& site, const Request& request);
/// /account/lists/add and its like: what the owner made himself is changed, nothing else.
Response change_list_place(const Site& site, const Request& request, ListChange change,
                           bool of_realm);
/// Whether the head of a request is that of a table of entries, from a browser with a cookie of
/// ours, which may be longer than other forms. Costs no look-up.
bool brings_list_entries(const Site& site, const IncomingRequest& request);
/// Bytes of such a table of 200 lines, as a form is written.
inline constexpr std::size_t longest_table = 256 << 10;
/// /account/delivered: what was delivered of late, for whoever is in with his password.
Response delivered_place(const Site& site, const Request& request);
/// /account/delivered/vote: one of these was spam, or that is taken back.
Response vote_place(const Site& site, const Request& request);
/// /account/delivered/proposal: the sender of what was forwarded as text is blocked, or is not.
Response answer_proposal_place(const Site& site, const Request& request);
/// /account/statistics: what became of the account's mail.
Response statistics_place(const Site& site, const Request& request, Span span, bool of_realm);
/// /account/settings: what its owner chose for his account, and its addresses; in a full session,
/// as what stands below it. @param token  of ConfirmAddress.
Response settings_place(const Site& site, const Request& request, SettingsPart part,
                        const std::string& token);
/// /account/tenant/settings: what is chosen for a realm, or one of its domains.
Response tenant_settings_place(const Site& site, const Request& request);
/// /account/delegates: who else sees the account, and who did; in a full session.
Response delegates_place(const Site& site, const Request& request);
Response change_delegates_place(const Site& site, const Request& request, DelegateChange change);
/// /account/others: whose guest the owner of a full session may be.
Response others_place(const Site& site, const Request& request);
/// /account/visit, /account/visit/end: to become one, and to go home.
Response visit_place(const Site& site, const Request& request);
Response end_visit_place(const Site& site, const Request& request);
/// /account/others/agree, /account/others/leave: a delegate wants the reports of a host, or does
/// not want to be his delegate.
Response answer_host_place(const Site& site, const Request& request, bool agrees);
/// /account/requests: what is asked of an administrator, and his answers.
Response requests_place(const Site& site, const Request& request);
/// /account/trace: where mail to or from an address went, for an administrator.
Response trace_place(const Site& site, const Request& request);
/// /account/help
Response help_place(const Site& site, const Request& request);

}  // namespace lazaret::portal
