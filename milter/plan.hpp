#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/verdict.hpp"
#include "milter/filter/assess.hpp"

namespace lazaret::milter {

/// What to do with one message, in this order: commit `hold`, take `drop` off the envelope, mark
/// the subject, give `reply`. The numbers are indexes of the decisions it was made from.
struct Plan {
    enum class Reply {
        Accept,  ///< 250; also when all are held: each is taken off, the MTA drops what is left
        Refuse,  ///< 550, for all recipients
        Later,   ///< 451, for all recipients; nothing is held
    };
    Reply reply = Reply::Accept;
    std::vector<std::size_t> hold;    ///< whose copy goes into the quarantine
    bool kept_after_refusal = false;  ///< the copies of `hold` are kept though the sender gets 550
    std::vector<std::size_t> drop;    ///< who comes off the envelope: the held and the discarded
    std::string subject_mark;         ///< put before the subject for all who stay; or empty
    std::vector<Action> done;         ///< what is done in the end, one a decision

    bool operator==(const Plan&) const = default;
};

/// What the fold has to know besides the decisions.
struct Circumstances {
    bool infected = false;  ///< the antivirus found something
    std::optional<Moment>
        first_deferred;  ///< when this message first got 451 for want of a scanner
    Moment now{};
    std::chrono::milliseconds unscanned_delay{};  ///< Action::Later means 451 so long, then Hold
};

/// Folds the decisions for each recipient into the one answer that SMTP allows after DATA. Pure.
///
/// - A refusal counts as Hold unless all are refused: a 550 would bounce mail that somebody wanted.
/// - With a virus and an unprotected recipient all are refused: we hold nothing for strangers and
///   relay no virus to them. Copies that were to be held are kept after the refusal.
/// - Later makes the whole message wait, as 451 cannot be said for one recipient; when the delay
///   is over (see first_deferred; none means that it begins now) it counts as Hold.
/// - A mark in the subject reaches all who stay on the envelope. So Tag counts as Hold where
///   others get the message unmarked, or marked otherwise: nothing is lost, and promise 7 holds.
///   (Sending the marked copy by outbound instead needs a store that commits it as releasing.)
Plan plan_for(std::span<const filter::Decision> decisions, const Circumstances& circumstances);

/// Whether the fold needs to know Circumstances::first_deferred.
bool asks_for_first_deferred(std::span<const filter::Decision> decisions);

}  // namespace lazaret::milter
