#pragma once

#include <string>

#include "base/mail/seal.hpp"
#include "base/mime/outgoing_mail.hpp"
#include "quarantine-store/outbound/submitter.hpp"

namespace lazaret::report {

/// A mail of ours as the MTA gets it: sealed, so that the milter lets it pass.
struct SealedMail {
    std::string bytes;
    store::Submission submission;  ///< without the bytes
};

/// @param envelope_sender  where bounces go.
SealedMail sealed(const OutgoingMail& mail, const std::string& envelope_sender,
                  const SealKeys& keys, Moment now);

/// Hands it over; throws as Submitter::submit does.
void submit(store::Submitter& submitter, const SealedMail& mail);

}  // namespace lazaret::report
