#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/records/policy.hpp"
#include "milter/filter/assess.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/session.hpp"

namespace lazaret::milter {

/// How long the stages of one message may take, and whom to tell that they are still at it.
struct Patience {
    std::chrono::steady_clock::time_point deadline;
    std::chrono::milliseconds interval;
    const std::function<void()>& progress;
};

/// All that judging one message takes and gives. Owns or shares what it needs, so that the thread
/// that judges can go on alone when the budget has run out.
struct Judgement {
    std::shared_ptr<Incoming> incoming;
    std::shared_ptr<const Conduct> conduct;
    std::shared_ptr<const Policy> policy;
    std::string_view bytes;  ///< of incoming
    Moment now{};

    filter::Message message;
    filter::Assessment assessment;
    std::vector<filter::Decision> decisions;
    std::optional<Preview> preview{};  ///< where one of them keeps a copy; else see preview()
};

/// Reads, checks and decides, on one of the judges' threads.
///
/// A message that takes too long, or that breaks the judgement, is judged as one that no scanner
/// looked at: a setting decides about those, so that no message comes back for days.
/// Throws Error{Unavailable} when it was not even begun in time.
std::shared_ptr<const Judgement> judge(Judgement question, Judges& judges,
                                       const Patience& patience);

/// Searches mail that goes out for viruses, in the same way. Gives no decisions.
std::shared_ptr<const Judgement> judge_outbound(Judgement question, Judges& judges,
                                                const Patience& patience);

/// What people may see of the message: what was made of it when it was judged, else it is made now,
/// on a judge's thread; empty when that takes too long.
Preview preview(const Judgement& judgement, Judges& judges, const Patience& patience);

}  // namespace lazaret::milter
