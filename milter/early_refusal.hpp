#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/records/envelope.hpp"
#include "base/records/policy.hpp"
#include "quarantine-store/notebook.hpp"

namespace lazaret::milter {

/// The refusal of one recipient at RCPT TO because the client is on a block list, ready to be
/// noted; none when the message is to be judged as any other:
///
/// - the recipient is not protected;
/// - for him mail that is certainly spam is not simply refused;
/// - he, or somebody above him, allows this MAIL FROM: whether it is proved is known at the end of
///   the message only.
///
/// @param envelope  of which the client and MAIL FROM are known
/// @param list  its name
std::optional<store::Passage> refuse_early(const Policy& policy, const Envelope& envelope,
                                           const Recipient& recipient, const std::string& list,
                                           Moment now);

}  // namespace lazaret::milter
