#pragma once

#include <functional>
#include <string>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter {

/// What can be asked about one message beyond its bytes: the DNS, and who sent it. Made for a
/// message, for the thread that judges it; all that it waits for together is bounded by the
/// message's budget. Never throws for what a message or the DNS says.
class Network {
public:
    virtual ~Network() = default;

    /// Starts at once to look up what the stage wants, and does not wait. The stage runs again
    /// when answers are there, until it wants nothing; it may run on another thread, but never
    /// twice at the same time. So it owns what it looks at, and each run asks the same for the same
    /// answers. May be called more than once: the stages share their answers.
    virtual void look_up(std::function<void(dns::View&)> stage) = 0;

    /// Waits until no stage wants anything, or the budget is used up; what is known then. No stage
    /// runs any more when it returns. Good until the next call of look_up.
    virtual const dns::Answers& answers() = 0;

    /// Waits for SPF, DKIM, DMARC and ARC; what is not known when the budget is used up counts as
    /// a temporary error. Good as long as the Network.
    virtual const auth::Authentication& authentication() = 0;

    /// What authentication() is going to be when every signature verifies, and does not wait: what
    /// hangs on a good signature can be looked up while its key is. SPF and DMARC are not in it.
    virtual const auth::Authentication& expected_authentication() = 0;

    /// A block list among `answers` said that it does not answer us (dns::blocked_lists).
    virtual void does_not_answer_us(const std::string& zone) = 0;
};

}  // namespace lazaret::filter
