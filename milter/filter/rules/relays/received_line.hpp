#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "milter/filter/rules/relays/relay.hpp"

namespace lazaret::filter::rules {

/// What a Received field says.
struct ReceivedLine {
    enum class Kind {
        Handover,     ///< from one host to another: `relay` is filled
        Skipped,      ///< none, or one that says too little to be of use
        Fetched,      ///< fetched from a mailbox by POP3 or IMAP
        Unparseable,  ///< no known form
    };
    Kind kind = Kind::Unparseable;
    Relay relay;
    /// qmail-scanner's: the sender of the handover that the next (older) field describes.
    std::optional<std::string> next_sender;
};

/// Reads the value of a Received field, folded or not. `relay` is as the MTA says it: nothing is
/// known yet of trust, so its text has `intl=0` and `msa=0`.
///
/// Takes any bytes. A field of 8 kB made to be slow takes some 0.2 ms, a usual one 2 us.
ReceivedLine read_received(std::string_view value);

/// `relay.text` from the rest of it.
std::string relay_text(const Relay& relay);

}  // namespace lazaret::filter::rules
