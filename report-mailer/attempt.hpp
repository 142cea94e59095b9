#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/records/identity.hpp"
#include "quarantine-store/reports.hpp"

namespace lazaret::report {

/// How an attempt to send a report or a notification ended.
enum class Ended {
    Sent,
    Empty,      ///< there was nothing to tell
    Refused,    ///< the MTA said no, for good
    Postponed,  ///< the MTA said no, for now
    Failed,     ///< something else was in the way
    MtaAway,    ///< the connection was not there, or broke
    NotOurs,    ///< another run has taken it on
};

using Failure = store::Reports::Failure;

/// What one run did.
struct RunTotals {
    std::size_t sent = 0;
    std::size_t empty = 0;     ///< there was nothing to tell
    std::size_t refused = 0;   ///< by the MTA, for good; tried again, but ever more rarely
    std::size_t failed = 0;    ///< the next run tries again
    bool mta_is_away = false;  ///< it ended early

    void add(Ended ended);
    [[nodiscard]] std::size_t done() const noexcept { return sent + empty + refused + failed; }
    /// What the next run may mend, or a mail server that takes nothing. Somebody who left the site
    /// is not the run's trouble.
    [[nodiscard]] bool has_failed() const noexcept
    {
        return failed > 0 || (refused > 0 && sent == 0);
    }
};

/// Tells an MTA that is away from mail that breaks the connection: one message alone can do that,
/// several in a row mean that nobody is there, and what is left is given back.
class MtaWatch {
public:
    static constexpr int most_broken_in_a_row = 3;

    void note(Ended ended);
    [[nodiscard]] bool is_away() const noexcept { return broken_in_a_row_ >= most_broken_in_a_row; }

private:
    int broken_in_a_row_ = 0;
};

/// One attempt: what is sent, and where it is written down what became of it.
struct Attempt {
    std::function<bool()> send;  ///< false: nothing to tell; throws as Submitter::submit does
    std::function<void()> mark_sent;
    std::function<void()> mark_empty;
    std::function<void(const std::string& error, Failure failure)> mark_failed;
    AccountId account = 0;  ///< for the log
    int doubts = 0;         ///< earlier attempts that may have delivered it
};

/// Makes it, and notes how it ended. An edge of the mailer: what one mail meets is its own trouble.
///
/// What the MTA may have taken `most_doubts` times counts as sent: mail without end is worse than
/// mail that is missing.
Ended make(const Attempt& attempt);

/// See make().
inline constexpr int most_doubts = 3;

}  // namespace lazaret::report
