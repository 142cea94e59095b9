#pragma once

#include <libmilter/mfapi.h>

#include "milter/answer.hpp"

namespace lazaret::milter {

/// Tells the MTA: recipients off, header fields changed and added, then the reply.
///
/// @param leading_space  whether the MTA leaves the space behind the colon to us.
/// @return what the end-of-message callback returns. Throws Error{Unavailable} when an edit does
///         not reach the MTA, so that it hears 451 and tries again.
sfsistat apply(SMFICTX* context, const Answer& answer, bool leading_space);

/// Sets the words of a reply outside the end of a message; what libmilter refuses is left out.
/// @param about, reference  as in Answer; without `%`, which libmilter takes for a format.
void set_reply(SMFICTX* context, const PublicReply& words, const std::string& about = {},
               const std::string& reference = {});

}  // namespace lazaret::milter
