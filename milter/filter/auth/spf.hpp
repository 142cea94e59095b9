#pragma once

#include <string>

#include "base/clock.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::auth {

/// Which name of the sender's is asked about (RFC 7208 2.3, 2.4).
enum class SpfIdentity { Helo, MailFrom };

/// Who sent a message to whom, as the SMTP session had it.
struct SpfQuestion {
    std::string client_ip;  ///< as text; without an address there is nothing to find out
    std::string helo;       ///< of HELO or EHLO, verbatim
    std::string sender;     ///< of MAIL FROM, without angle brackets, an IDN as xn--; may be empty
    SpfIdentity identity = SpfIdentity::MailFrom;  ///< HELO too where `sender` is empty
    std::string receiver;                          ///< our host name, for explanations
    Moment now;                                    ///< for explanations
};

/// Whether the domain's owner lets this client send in its name: check_host() of RFC 7208 4.
///
/// A draft while the view wants answers: evaluation goes on behind a look-up that has no answer
/// yet, as if the mechanism had not matched, so all that the record needs is wanted at once and
/// looked up in parallel. That is bounded as the evaluation is: by 10 terms that need the DNS, 10
/// hosts of an mx, 10 names of a ptr or %{p}. Some five runs come to a result, never more than 30.
/// (What a client may have looked up at MAIL FROM again and again: dns::ClientShares.)
///
/// An answer that did not come (NoAnswer, which the view knows) or failed is TempError; void
/// look-ups are counted by term, at most 2 (4.6.4). Nothing that a stranger wrote throws. `why`
/// and `explanation` are printable ASCII, at most 200 and 500 bytes, but a stranger's words.
SpfResult check_spf(const SpfQuestion& question, dns::View& view);

}  // namespace lazaret::filter::auth
