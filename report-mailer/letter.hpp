#pragma once

#include <string>

#include "base/config/configuration.hpp"
#include "base/config/logos.hpp"
#include "base/html/templates.hpp"
#include "base/mail/seal.hpp"
#include "base/mime/outgoing_mail.hpp"
#include "base/records/look.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/link/claim.hpp"

/// What all mails that this program writes have in common.
namespace lazaret::report {

/// The words of a recipient: his language and his clock.
Words words_of(const Settings& settings);

/// Where a claim leads: a page of lazaret-portal.
std::string link_to(const ReportConfig& config, const SealKeys& keys, const store::Claim& claim,
                    Moment expires);

/// Values that stand in mail_head.html and mail_foot.html, for a mail with these pictures.
void fill_frame(Fill& all, const Words& words, const Look& look, const OutgoingMail& mail);

/// A mail with its sender, recipient, date, id and logo, marked so that no machine answers it;
/// subject and content are still to come. Throws Error{Setup} when the sender is no address.
OutgoingMail begin_letter(const ReportConfig& config, const Logos& logos, const Settings& settings,
                          const std::string& to_address, const std::string& message_id, Moment now);

}  // namespace lazaret::report
