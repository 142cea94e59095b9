#pragma once

#include <optional>
#include <string>

#include "milter/filter/rules/relays/relay_chain.hpp"

namespace lazaret::filter::rules {

/// The address of `MAIL FROM` (EnvelopeFrom), empty for `<>`; nothing when no field can be believed
/// to say it: envelope_sender_header, the Received field where trust ends, X-Envelope-From,
/// Envelope-Sender, Return-Path, the last three only above the Received fields.
std::optional<std::string> read_envelope_sender(const RuleHeaders& headers, const Relays& relays,
                                                const RelaySettings& settings);

}  // namespace lazaret::filter::rules
