#pragma once

#include <chrono>

namespace lazaret::milter {

/// Has this thread, and those that it starts, leave SIGHUP, SIGUSR1, SIGTERM and SIGINT to
/// next_signals(). Call it before there are others. A connection that breaks is an error where it
/// is written to, and no SIGPIPE.
void block_signals();

/// Which of them came, a bit a signal; waits for one for at most `most`. For one thread.
///
/// libmilter has a thread that takes SIGHUP, SIGTERM and SIGINT for a stop, and cannot be told not
/// to. It waits by sigwait(), so this program has one of its own (signals.cpp), which gives them to
/// nobody.
unsigned next_signals(std::chrono::milliseconds most);

/// Whether `signal` is in what next_signals() said.
constexpr bool came(unsigned signals, int signal) { return (signals >> signal & 1U) != 0; }

}  // namespace lazaret::milter
