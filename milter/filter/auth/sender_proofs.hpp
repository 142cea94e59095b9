#pragma once

#include "milter/filter/auth/results.hpp"
#include "milter/filter/proofs.hpp"

namespace lazaret::filter::auth {

/// What the sender proved by our own results: the domains of signatures that passed (not those by
/// keys in testing, which prove nothing: RFC 6376 3.6.1), of MAIL FROM (or of HELO for the null
/// sender) by SPF, and of From by DMARC.
SenderProofs sender_proofs(const Authentication& results);

}  // namespace lazaret::filter::auth
