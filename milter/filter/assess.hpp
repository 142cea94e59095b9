#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/records/explanation.hpp"
#include "base/records/policy.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/proofs.hpp"

namespace lazaret::filter {

/// What the checks found in one message, and the sum of their points, whoever gets it.
struct Assessment {
    Findings findings;
    double score = 0.0;
    std::optional<auth::Authentication> authentication{};  ///< none: offline
};

/// Runs the checks in order, those that ask the network up to where they would wait; these end
/// when all have run. Adds up. A message that could not be read gets the hit UNREADABLE,
/// one that is too large TOO_LARGE_TO_SCAN, another that was cut short TOO_COMPLEX. A check that
/// throws is a bug of ours: it is logged, gives the hit CHECK_FAILED without points, where it
/// threw, and the others still run.
Assessment assess(const Mail& mail, std::span<const Check> checks);

/// What is done with a message for one recipient, and why.
struct Decision {
    std::size_t recipient = 0;  ///< index into Envelope::recipients
    bool is_protected = false;  ///< false: none of our domains; the rest is then unset
    TenantId tenant = site_tenant;
    std::string mailbox;  ///< RecipientPolicy::mailbox
    Class verdict = Class::Clean;
    Action action = Action::Deliver;
    double score = 0.0;
    /// Where rule_scores of the recipient gave other points; else the hits are those of the
    /// message.
    std::optional<std::vector<Hit>> own_hits;
    int retention_days = 14;
    std::string language;      ///< of the recipient, for the words that are recorded
    std::string subject_mark;  ///< for Action::Tag
    Explanation explanation;
    /// The warn entry that names the sender. It had no say; Explanation::warned has it where the
    /// message was held.
    std::optional<Explanation::Match> warned{};
};

/// The hits that counted for a recipient, with the points that they had for him.
inline const std::vector<Hit>& hits_for(const Decision& decision, const Assessment& assessment)
{
    return decision.own_hits ? *decision.own_hits : assessment.findings.hits;
}

/// What the sender proved: what we found out ourselves, and what those say whom the site trusts,
/// filters in front of us and forwarders who sealed it.
SenderProofs proofs_of(const Message& message, const Assessment& assessment,
                       const ProofSources& sources);

/// Class, settings and lists of every recipient to decisions, one each, in order. Pure. Recipients
/// without a domain that we protect, or without an address that can be read, are not protected.
std::vector<Decision> decide(const Mail& mail, const Assessment& assessment, const Policy& policy,
                             const ProofSources& sources, Moment now);

}  // namespace lazaret::filter
