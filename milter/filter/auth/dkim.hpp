#pragma once

#include <vector>

#include "base/clock.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/auth/signature.hpp"
#include "milter/filter/auth/signed_message.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::auth {

/// Verifies the DKIM signatures of a message (RFC 6376, 8301, 8463), from the top, at most
/// `limits.most_signatures`; the others are not looked at. Any bytes are taken.
///
/// - Pass: it verifies. The caller asks `is_testing` before he believes it.
/// - Fail: body or header fields have changed, or another key signed.
/// - Policy: not to be believed, whoever signed: SHA-1, a key too small or too large, expired, a
///   body that goes on behind l=.
/// - Neutral: the field cannot be read. PermError: there is no key that can be used. TempError: the
///   key could not be looked up.
///
/// All keys are foreseen before the first is asked for, and only what has its key costs time: some
/// 0.2 ms a signature, and for all together one pass over the body for each canonical form.
std::vector<DkimResult> check_dkim(SignedMessage& message, dns::View& dns,
                                   const SignatureLimits& limits, Moment now);

}  // namespace lazaret::filter::auth
