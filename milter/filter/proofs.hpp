#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/records/address.hpp"
#include "base/records/networks.hpp"
#include "base/records/proof.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// Whom the filter believes when it says who a sender is.
struct ProofSources {
    std::vector<TrustedVerifier> verifiers;  ///< whose Authentication-Results count, and in what
    std::vector<std::string> sealers{};      ///< whose ARC seals count; domains in small letters
    Networks relays{};  ///< ours, that pass on strangers' mail: where it comes from proves nothing

    static ProofSources of(const MilterConfig& config);
};

/// What a sender proved. Domains in the form of Address::domain.
struct SenderProofs {
    std::vector<std::string> dkim_domains;   ///< d= of signatures that passed
    std::vector<std::string> spf_domains;    ///< smtp.mailfrom domains that passed
    std::vector<std::string> dmarc_domains;  ///< header.from domains that passed

    /// Takes over what `more` has, each domain once.
    void add(const SenderProofs& more);

    bool operator==(const SenderProofs&) const = default;
};

/// Reads the Authentication-Results of those we trust (RFC 8601).
///
/// Position cannot tell a filter's field from a stranger's: Postfix shows us no Received of its
/// own, so a stranger who sends no Received has his fields "above all Received" as well. Hence:
///
/// - Below the first Received nothing is believed: it was there when another host handed the
///   message over.
/// - Of one authserv-id and one method only the topmost field counts. Filters in front of us
///   insert at the top (OpenDKIM and OpenDMARC by smfi_insheader at index 0 or 1), so what a
///   stranger wrote under the same name stands below and says nothing about a method that the
///   filter has judged.
/// - Where a filter is silent, a stranger may speak for it: OpenDKIM writes no field for unsigned
///   mail unless AlwaysAddARHeader is set, and of the fields in its name takes off those whose
///   `dkim` results it can read (2.11; it leaves `dmarc=pass`, `spf=pass`, and `dkim=pass
///   reason=x`). So only methods count that the settings name, as those that the filter judges in
///   each message.
/// - A field that is malformed anywhere, or of another version than 1, is not believed at all: its
///   writer may have put a stranger's text in it without quoting.
SenderProofs proofs_of(const Message& message, const ProofSources& sources);

/// Which of the fields have a result that counts, by their places: what a filter in front of us
/// wrote, good or bad.
std::vector<std::size_t> believed_fields(std::span<const HeaderField> fields,
                                         const ProofSources& sources);

/// What `proofs` say for a From of this domain: DMARC, then the signatures that are aligned.
///
/// DKIM is aligned when d= is the domain itself or a domain above it with at least two labels.
/// (RFC 7489 also lets a subdomain sign for its parent, within one organisation. Without the
/// public suffix list that would let any customer of a host sign for it: evil.hosting.example for
/// hosting.example. Such mail is proved by DMARC, whose filter has the list.)
std::vector<Proof> proofs_for_from(const SenderProofs& proofs, const std::string& domain);

/// What `proofs` say for a MAIL FROM of this domain: SPF, or nothing.
std::vector<Proof> proofs_for_mail_from(const SenderProofs& proofs, const std::string& domain);

}  // namespace lazaret::filter
