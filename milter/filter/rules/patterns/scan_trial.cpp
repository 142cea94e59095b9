#include "milter/filter/rules/patterns/scan_trial.hpp"

#include <algorithm>
#include <string_view>

#include "milter/filter/rules/patterns/sample_text.hpp"
#include "milter/filter/rules/patterns/step_scan.hpp"

#if LAZARET_HYPERSCAN

#include <hs/hs.h>

#include <chrono>

#include "base/handle.hpp"
#include "base/processor_time.hpp"

namespace lazaret::filter::rules {
namespace {

using Database = CHandle<hs_database_t, hs_free_database>;
using Scratch = CHandle<hs_scratch_t, hs_free_scratch>;
using CompileError = CHandle<hs_compile_error_t, hs_free_compile_error>;

constexpr int rounds = 3;  // the first one warms up; else the quickest counts

int go_on(unsigned, unsigned long long, unsigned long long, unsigned, void*) { return 0; }

}  // namespace

std::optional<double> scan_cost(const std::string& expression, unsigned flags)
{
    hs_database_t* made = nullptr;
    hs_compile_error_t* error = nullptr;
    const bool is_taken =
        hs_compile(expression.c_str(), flags, HS_MODE_BLOCK, nullptr, &made, &error) == HS_SUCCESS;
    const Database database{made};
    const CompileError why{error};
    hs_scratch_t* room = nullptr;
    if (!is_taken || hs_alloc_scratch(database.get(), &room) != HS_SUCCESS) return std::nullopt;
    const Scratch scratch{room};
    const auto& text = sample_text();
    auto least = std::chrono::nanoseconds::max();
    for (int round = 0; round < rounds; ++round) {
        const auto begun = thread_processor_time();
        hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch.get(),
                go_on, nullptr);
        least = std::min(least, thread_processor_time() - begun);
    }
    return static_cast<double>(least.count()) / static_cast<double>(text.size());
}

}  // namespace lazaret::filter::rules

#else

namespace lazaret::filter::rules {

std::optional<double> scan_cost(const std::string&, unsigned) { return std::nullopt; }

}  // namespace lazaret::filter::rules

#endif

namespace lazaret::filter::rules {

double share_of_lines(const std::vector<ByteSequence>& sequences)
{
    std::vector<StepScan::Sought> sought;
    for (const auto& sequence : sequences) sought.push_back({0, sequence});
    const StepScan scan{sought};
    std::size_t lines = 0;
    std::size_t found = 0;
    for (std::string_view rest = sample_text(); !rest.empty(); ++lines) {
        const auto line = rest.substr(0, rest.find('\n'));
        scan.scan(line, [&](std::size_t) { ++found; });
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return static_cast<double>(found) / static_cast<double>(std::max<std::size_t>(lines, 1));
}

}  // namespace lazaret::filter::rules
