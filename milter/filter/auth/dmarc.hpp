#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/dns/answers.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter::auth {

/// How an authenticated domain must agree with that of From (RFC 7489 3.1).
enum class Alignment {
    Relaxed,  ///< the same organisational domain
    Strict,   ///< the same domain
};

/// Whether they agree. Both are in the form of Address::domain; an empty one agrees with none.
bool is_aligned(const std::string& authenticated, const std::string& from, Alignment how);

/// What a domain publishes (RFC 7489 6.3), as far as a receiver needs it.
struct DmarcRecord {
    DmarcResult::Policy policy = DmarcResult::Policy::None;  ///< p=
    std::optional<DmarcResult::Policy> subdomain_policy{};   ///< sp=
    Alignment dkim = Alignment::Relaxed;                     ///< adkim=
    Alignment spf = Alignment::Relaxed;                      ///< aspf=
    int percent = 100;                                       ///< pct=

    bool operator==(const DmarcRecord&) const = default;
};

/// Whether a TXT record is one of DMARC's: it begins with v=DMARC1. Others at the name are ignored.
bool is_dmarc_record(std::string_view text);

/// Reads such a record. What is malformed in it takes its default, as RFC 7489 6.3 wants; without
/// a policy that can be read it is none, unless there is somebody to report to: p=none then
/// (6.6.3).
std::optional<DmarcRecord> read_dmarc_record(std::string_view text);

/// Evaluates DMARC (RFC 7489 6.6) for each domain that From names, and gives the worst result: a
/// second author is no way around the policy of the first. With more than four domains that is
/// Fail, and no better than None with several From fields, or where not all of From is read.
///
/// `spf` is of MAIL FROM, or of HELO for the null sender. A signature counts when it passed and its
/// key is not in testing: RFC 6376 3.6.1 lets no message gain by such a key. A message without an
/// author, with a From that is not read, or with an address literal alone has result None.
/// TempError when a record could not be looked up, or when all that could have passed is an
/// aligned domain that could not be: what is not known is no failure. That holds for the domain
/// itself and for that which has the record; others below are anybody's choice. None
/// where SPF is hidden that could have passed.
DmarcResult check_dmarc(const Message& message, const SpfResult& spf,
                        const std::vector<DkimResult>& dkim, dns::View& dns);

}  // namespace lazaret::filter::auth
