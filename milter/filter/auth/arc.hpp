#pragma once

#include "base/clock.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/auth/signature.hpp"
#include "milter/filter/auth/signed_message.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::auth {

/// Validates the ARC chain of a message (RFC 8617 5.2): whole sets 1 to N, at most 50, each sealed
/// as it should be, all seals verified, and the newest signature of the message. Any bytes are
/// taken.
///
/// Pass: `sealers` and `findings` are of N sets; they are empty where the newest signature does not
/// cover From, so that nothing is said about who that is. None: there is no field of ARC. Fail:
/// anything else, also where RFC 8601 would have another word. TempError: a key could not be looked
/// up.
///
/// All keys are foreseen at once, when the sets are whole. A chain that holds says nothing about
/// whether its sealers are honest: see sealed_proofs.
ArcResult check_arc(SignedMessage& message, dns::View& dns, const SignatureLimits& limits,
                    Moment now);

}  // namespace lazaret::filter::auth
