#pragma once

#include <functional>

#include "milter/filter/auth/spf.hpp"

namespace lazaret::filter::auth {

/// The DNS as a test has it: an answer to each question.
using AskDns = std::function<dns::Answer(const dns::Question&)>;

/// What check_spf() came to, and what that took.
struct SpfRun {
    SpfResult result;
    int runs = 0;               ///< of check_spf(), until no answer was missing
    std::size_t questions = 0;  ///< that the DNS was asked
    std::size_t most_at_once = 0;
};

inline constexpr int most_spf_runs = 30;

/// Runs check_spf() as its driver does: again and again, until it wants no more answers.
/// `runs` is above most_spf_runs where it does not come to an end.
inline SpfRun run_spf(const SpfQuestion& question, const AskDns& dns)
{
    dns::Answers known;
    SpfRun run;
    while (++run.runs <= most_spf_runs) {
        dns::View view{known};
        run.result = check_spf(question, view);
        if (view.wanted().empty()) break;
        run.most_at_once = std::max(run.most_at_once, view.wanted().size());
        for (const auto& wanted : view.wanted()) known.emplace(wanted, dns(wanted));
    }
    run.questions = known.size();
    return run;
}

}  // namespace lazaret::filter::auth
