#include "report-mailer/sealed_mail.hpp"

#include "base/mail/digest.hpp"
#include "base/records/address.hpp"

namespace lazaret::report {

SealedMail sealed(const OutgoingMail& mail, const std::string& envelope_sender,
                  const SealKeys& keys, Moment now)
{
    SealedMail out{.bytes = compose(mail), .submission = {}};
    auto& submission = out.submission;
    submission.sender = envelope_sender;
    submission.recipient = mail.to_address;
    const auto address = parse_address(submission.recipient);
    submission.seal = make_seal(keys, digest_of(out.bytes, ""),
                                address ? address->key() : submission.recipient, now);
    return out;
}

void submit(store::Submitter& submitter, const SealedMail& mail)
{
    auto submission = mail.submission;
    submission.bytes = mail.bytes;
    submitter.submit(submission);
}

}  // namespace lazaret::report
