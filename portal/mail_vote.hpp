#pragma once

#include "portal/incoming_request.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

/// Votes of people that their mail server brings: what was moved to Junk was spam, what was moved
/// out of it was not. The server is known by a key; whose the message was, the message itself and
/// our notes must show, since whoever has a mailbox can put anything into Junk.
namespace lazaret::portal {

/// Whether a request has the site's key (`Authorization: Bearer`).
bool has_vote_key(const Site& site, const Request& request);

/// Whether the head of a request is that of a vote with the site's key. Costs next to nothing.
bool brings_mail_vote(const Site& site, const IncomingRequest& request);

/// POST /vote/spam?address=ADDRESS with a message/rfc822: notes the vote of the owner of that
/// address. 200 and a word; 401 without the key, 400 without an address, 422 and why where the
/// message is not believed, 403 when he said too much today, 503 where its delivery may only not
/// have been noted yet, or too many come at once.
Response mail_vote_place(const Site& site, const Request& request, bool is_spam);

}  // namespace lazaret::portal
