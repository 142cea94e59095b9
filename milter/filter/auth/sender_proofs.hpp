#pragma once

#include <string>
#include <vector>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/proofs.hpp"

namespace lazaret::filter::auth {

/// What the sender proved by our own results: the domains of signatures that passed (not those by
/// keys in testing, which prove nothing: RFC 6376 3.6.1), of MAIL FROM (or of HELO for the null
/// sender) by SPF, and of From by DMARC.
SenderProofs sender_proofs(const Authentication& results);

/// What forwarders whom we trust say that the sender proved to them (RFC 8617 7.2): the passes of
/// DKIM and DMARC in their ARC-Authentication-Results. Nothing unless the chain holds. Not those of
/// SPF: a seal does not cover MAIL FROM.
///
/// A chain that holds says who wrote each seal, and that nothing has changed since the *newest*
/// one: whoever sealed last may have put his own message under the seals of others. So the newest
/// set must be of a trusted sealer (a domain of `trusted`, in small letters), and an older one
/// counts only when all that came after it are of trusted sealers too.
SenderProofs sealed_proofs(const ArcResult& arc, const std::vector<std::string>& trusted);

}  // namespace lazaret::filter::auth
