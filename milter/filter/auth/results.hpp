#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::auth {

/// The result of one method, in the words of RFC 8601 2.7.
enum class Result { None, Pass, Fail, SoftFail, Neutral, Policy, TempError, PermError };

/// `none`, `pass`, `fail`, `softfail`, `neutral`, `policy`, `temperror`, `permerror`.
std::string_view token(Result result);

/// Why a method does not pass, on the way to its result.
struct Refusal {
    Result result = Result::Fail;
    std::string why;  ///< for a person; words of ours
};

/// SPF of one identity (RFC 7208).
struct SpfResult {
    Result result = Result::None;  ///< all but Policy
    std::string domain;            ///< whose record was evaluated; small letters
    std::string why;          ///< what decided, for a person and a comment: `-all`, `no record`
    std::string explanation;  ///< of exp=, when it failed and there is one; a stranger's words
    bool is_hidden = false;   ///< not evaluated: who sent to us is not who sends for the domain

    bool operator==(const SpfResult&) const = default;
};

/// One DKIM signature (RFC 6376, RFC 8463).
struct DkimResult {
    Result result = Result::None;  ///< Pass, Fail, Policy, Neutral, TempError, PermError
    std::string domain;            ///< d=, small letters; empty when it cannot be read
    std::string selector;          ///< s=
    std::string identity;          ///< i=, of d= or a domain below it; empty when it is not
    std::string algorithm;         ///< a=: `rsa-sha256`, `ed25519-sha256`
    std::string signature_begin;   ///< the first 8 characters of b=, for `header.b` (RFC 6008)
    std::string why;               ///< `body has changed`, `key of 512 bits`
    bool is_testing = false;       ///< t=y in the key
    /// h= has List-Unsubscribe and List-Unsubscribe-Post (RFC 8058 4).
    bool covers_unsubscribing = false;
    int key_bits = 0;

    bool operator==(const DkimResult&) const = default;
};

/// DMARC of the message (RFC 7489).
struct DmarcResult {
    enum class Policy { None, Quarantine, Reject };
    Result result = Result::None;  ///< None (no record, or no author), Pass, Fail, TempError,
                                   ///< PermError
    std::string from_domain;       ///< of From, the one whose result it is; small letters
    std::string record_domain;  ///< where the record stands: from_domain or the organisational one
    Policy policy = Policy::None;  ///< that applies (p= or sp=)
    int percent = 100;             ///< pct=
    bool spf_aligned = false;      ///< SPF passed, and is aligned
    bool dkim_aligned = false;     ///< a signature passed, and is aligned
    std::string why;

    bool operator==(const DmarcResult&) const = default;
};

/// `none`, `quarantine`, `reject`.
std::string_view token(DmarcResult::Policy policy);

/// The ARC chain of the message (RFC 8617).
struct ArcResult {
    Result result = Result::None;      ///< None, Pass, Fail, TempError
    std::vector<std::string> sealers;  ///< d= of the seals, from the first; empty unless Pass
    /// What each sealer found when the message came to it: the value of an Authentication-Results
    /// field, as it stands in his ARC-Authentication-Results behind i=.
    std::vector<std::string> findings;
    std::string why;

    bool operator==(const ArcResult&) const = default;
};

/// All that was found out about who sent a message.
struct Authentication {
    SpfResult spf_helo;
    SpfResult spf_mail_from;  ///< of HELO for the null sender (RFC 7208 2.4)
    std::vector<DkimResult> dkim;
    DmarcResult dmarc;
    ArcResult arc;

    bool operator==(const Authentication&) const = default;
};

}  // namespace lazaret::filter::auth
