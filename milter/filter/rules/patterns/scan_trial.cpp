#if LAZARET_HYPERSCAN

#include "milter/filter/rules/patterns/scan_trial.hpp"

#include <algorithm>
#include <chrono>

#include "base/processor_time.hpp"
#include "milter/filter/rules/patterns/hyperscan.hpp"
#include "milter/filter/rules/patterns/sample_text.hpp"

namespace lazaret::filter::rules {
namespace {

// The quickest round counts: others were disturbed, the first ones by cold caches.
constexpr int least_rounds = 20;
constexpr std::chrono::milliseconds least_time{1};

int go_on(unsigned, unsigned long long, unsigned long long, unsigned, void*) { return 0; }

std::optional<std::chrono::nanoseconds> least_scan_time(const std::string& expression,
                                                        unsigned flags)
{
    const auto database = compiled_alone(expression, flags);
    hs_scratch_t* room = nullptr;
    if (!database || hs_alloc_scratch(database.get(), &room) != HS_SUCCESS) return std::nullopt;
    const HyperscanScratch scratch{room};
    const auto& text = sample_text();
    auto least = std::chrono::nanoseconds::max();
    std::chrono::nanoseconds sum{0};
    for (int round = 0; round < least_rounds || sum < least_time; ++round) {
        const auto begun = thread_processor_time();
        hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch.get(),
                go_on, nullptr);
        const auto time = thread_processor_time() - begun;
        least = std::min(least, time);
        sum += time;
    }
    return least;
}

}  // namespace

std::optional<double> scan_cost(const std::string& expression, unsigned flags)
{
    static const auto of_literal =
        std::max(least_scan_time("not in any text", 0).value_or(std::chrono::nanoseconds{1}),
                 std::chrono::nanoseconds{1});
    const auto time = least_scan_time(expression, flags);
    if (!time) return std::nullopt;
    return static_cast<double>(time->count()) / static_cast<double>(of_literal.count());
}

}  // namespace lazaret::filter::rules

#endif
