#include "milter/filter/rules/patterns/resting_patterns.hpp"

namespace lazaret::filter::rules {

std::vector<std::size_t> RestingPatterns::begin_message()
{
    messages_.fetch_add(1, std::memory_order_relaxed);
    return has_rested_.load(std::memory_order_relaxed) ? all() : std::vector<std::size_t>{};
}

void RestingPatterns::note_slow(std::size_t pattern)
{
    const std::lock_guard hold{lock_};
    auto& one = slow_[pattern];
    const auto before = messages_.load(std::memory_order_relaxed) - 1;
    if (one.messages > 0 && before - one.since >= in_succession) one.messages = 0;
    if (one.messages == 0) one.since = before;
    if (++one.messages < most_slow) return;
    one.messages = 0;
    one.rests_until = now_() + rest;
    has_rested_.store(true, std::memory_order_relaxed);
}

std::vector<std::size_t> RestingPatterns::all() const
{
    const auto now = now_();
    const std::lock_guard hold{lock_};
    std::vector<std::size_t> resting;
    for (const auto& [pattern, one] : slow_)
        if (now < one.rests_until) resting.push_back(pattern);
    return resting;
}

}  // namespace lazaret::filter::rules
