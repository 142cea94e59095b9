#pragma once

#include <unordered_map>

#include "milter/filter/dns/question.hpp"

namespace lazaret::filter::dns {

/// What is known so far: the answers that came.
using Answers = std::unordered_map<Question, Answer, QuestionHash>;

/// The DNS as one stage sees it that works out something from answers: those that are known, and a
/// note of those that are missing.
///
/// This is how evaluating stays a function from values to a value, although the DNS takes its time:
/// a stage that lacks an answer takes NoAnswer for it and comes to some result; when wanted() is
/// not empty, that result was only a draft, and the stage runs once more when the answers are
/// there. Such a run is cheap beside the look-up it waited for, and what a stage asks must depend
/// on nothing but its input and the answers, so that each run gets further than the one before.
///
/// Borrows the answers. Not for several threads.
class View {
public:
    explicit View(const Answers& known) : known_{known} {}

    /// What the DNS says; NoAnswer when that is not known yet, which is then wanted.
    const Answer& ask(const Question& question);

    /// The same; nullptr when it is not known.
    const Answer* find(const Question& question);

    /// Says that this will be asked later, so that it can be looked up in parallel.
    void foresee(const Question& question);

    /// The questions that were asked or foreseen and have no answer yet.
    [[nodiscard]] const Questions& wanted() const& noexcept { return wanted_; }
    [[nodiscard]] Questions wanted() && noexcept { return std::move(wanted_); }

    /// Whether something that was *asked* has no answer: the result is a draft.
    [[nodiscard]] bool is_draft() const noexcept { return is_draft_; }

private:
    const Answers& known_;
    Questions wanted_;
    bool is_draft_ = false;
};

}  // namespace lazaret::filter::dns
