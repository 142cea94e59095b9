#pragma once

#include "milter/filter/check.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// Whether a message bears the signs of a newsletter: bulk mail that one sends and many read.
///
/// List-Unsubscribe or List-Unsubscribe-Post, or precedence bulk together with Feedback-ID. Not a
/// discussion list (List-Post that is not "NO"), whose mail most of its readers asked for.
/// Feedback-ID or precedence alone are no sign: receipts, password mails and out-of-office answers
/// bear them too. Nor is List-Id with a precedence: all 288 such messages without the other fields
/// in the SpamAssassin corpus came from discussion lists.
bool is_newsletter(const Message& message);

/// Sets Findings::bulk, with the hit NEWSLETTER, by the header alone.
Check newsletter_check();

}  // namespace lazaret::filter
