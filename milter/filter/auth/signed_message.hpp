#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/mail/header_fields.hpp"
#include "milter/filter/auth/canonical.hpp"
#include "milter/filter/auth/signature.hpp"

namespace lazaret::filter::auth {

/// A message as signatures see it: its header fields by name, and what costs time and is done once
/// for all who want the same: the hashes of its body, and the verifying of signatures.
///
/// Make one for a message and keep it while its authentication is evaluated again and again (see
/// dns::View). Borrows the message. Not for several threads.
class SignedMessage {
public:
    explicit SignedMessage(const HeaderAndBody& message);

    /// All fields of that name (small letters), from the top.
    [[nodiscard]] const std::vector<const HeaderField*>& fields(const std::string& name) const;

    /// The hash that a signature in `signature` was made over (RFC 6376 3.7): the fields of h=,
    /// each name taken from the bottom up, then the signature's own field without what b= says.
    [[nodiscard]] Digest header_digest(const SignedParts& parts, const HeaderField& signature,
                                       std::string_view b) const;

    /// Says that this body hash will be wanted, so that all are computed in one pass.
    void foresee(const SignedParts& parts);

    /// Whether the body is the one that was signed: a Refusal when it has changed, is shorter than
    /// l=, or goes on behind it. (What stands behind l= is nobody's, and could be all that a reader
    /// sees: RFC 6376 8.2. Policy then.)
    [[nodiscard]] std::optional<Refusal> refuse_body(const SignedParts& parts);

    /// Whether the signature was made over this hash by that key. Each is verified once, however
    /// often it is asked about: that is most of what authentication costs.
    [[nodiscard]] bool is_signed(const Digest& digest, const std::string& signature,
                                 const PublicKey& key);

    /// How many signatures were verified so far.
    [[nodiscard]] std::size_t verified_count() const noexcept { return verified_.size(); }

    /// The header has fields that we did not look at: nothing can be said about signatures.
    [[nodiscard]] bool is_cut_short() const noexcept { return cut_short_; }

private:
    /// What is known of the body in one canonical form.
    struct Body {
        std::map<BodyLength, std::optional<Digest>> known;
        std::vector<BodyLength> wanted;
        std::uint64_t size = 0;
    };
    Body& body_in(Canonical form) { return form == Canonical::Simple ? simple_ : relaxed_; }

    using Signed = std::tuple<Digest, std::string, std::string>;  // hash, signature, key
    std::map<Signed, bool> verified_;
    std::map<std::string, std::vector<const HeaderField*>> fields_;
    std::string_view bytes_;
    Body simple_;
    Body relaxed_;
    bool cut_short_ = false;
};

}  // namespace lazaret::filter::auth
