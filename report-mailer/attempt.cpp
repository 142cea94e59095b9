#include "report-mailer/attempt.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "quarantine-store/outbound/submitter.hpp"

namespace lazaret::report {

void RunTotals::add(Ended ended)
{
    switch (ended) {
        case Ended::Sent: ++sent; break;
        case Ended::Empty: ++empty; break;
        case Ended::Refused: ++refused; break;
        case Ended::Postponed:
        case Ended::Failed:
        case Ended::MtaAway: ++failed; break;
        case Ended::NotOurs: break;
    }
}

void MtaWatch::note(Ended ended)
{
    if (ended == Ended::MtaAway) ++broken_in_a_row_;
    // A refusal is an answer as well: the MTA is there. What never reached it tells nothing.
    else if (ended == Ended::Sent || ended == Ended::Refused || ended == Ended::Postponed)
        broken_in_a_row_ = 0;
}

Ended make(const Attempt& attempt)
{
    try {
        if (!attempt.send()) {
            attempt.mark_empty();
            return Ended::Empty;
        }
    } catch (const store::SubmissionRefused& refused) {
        const bool for_good = refused.is_permanent();
        attempt.mark_failed(refused.what(), for_good ? Failure::Refused : Failure::Passing);
        return for_good ? Ended::Refused : Ended::Postponed;
    } catch (const store::SubmissionInDoubt& doubt) {
        if (attempt.doubts + 1 < most_doubts) {
            attempt.mark_failed(doubt.what(), Failure::InDoubt);
        } else {
            log::warning("given up, and counted as sent",
                         {{"account", attempt.account}, {"error", doubt.what()}});
            attempt.mark_sent();
        }
        return Ended::MtaAway;
    } catch (const Error& error) {
        attempt.mark_failed(error.what(), Failure::Passing);
        return error.kind() == Error::Kind::Unavailable ? Ended::MtaAway : Ended::Failed;
    }
    attempt.mark_sent();
    return Ended::Sent;
}

}  // namespace lazaret::report
