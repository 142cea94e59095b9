#pragma once

#include <libmilter/mfapi.h>

#include "milter/parts.hpp"

namespace lazaret::milter {

/// How the MTA's side is spoken to; the same for all connections of this process.
struct Speech {
    /// Whether steps in the middle of a message are not answered. On unix sockets that saves a
    /// fifth of the MTA's time; over TCP each costs a delayed acknowledgement of 40 ms.
    bool without_replies = true;
    /// Whether RCPT TO may be refused, and is answered therefore.
    bool refuses_recipients = false;
};

/// What libmilter calls, ready for smfi_register().
///
/// libmilter has no place for a pointer of ours, so this keeps the only globals beside the log.
/// `parts` must live until no message is in hand and none can begin (Gate). Call it once.
smfiDesc describe_callbacks(const Parts& parts, const Speech& speech);

}  // namespace lazaret::milter
