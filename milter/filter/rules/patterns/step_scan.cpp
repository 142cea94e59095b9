#include "milter/filter/rules/patterns/step_scan.hpp"

#include <algorithm>
#include <bit>

namespace lazaret::filter::rules {
namespace {

// A step that takes more bytes than this says next to nothing.
constexpr std::size_t widest = 160;
constexpr std::size_t least_steps = 4;

bool is_narrow(const ByteStep& step) { return step.begins.count() <= widest; }

/// Without the wide ones at its ends, and no longer than is looked at.
std::span<const ByteStep> core_of(std::span<const ByteStep> steps)
{
    while (!steps.empty() && !is_narrow(steps.front())) steps = steps.subspan(1);
    steps = steps.first(std::min(steps.size(), StepScan::most_steps));
    while (!steps.empty() && !is_narrow(steps.back())) steps = steps.first(steps.size() - 1);
    return steps;
}

}  // namespace

bool StepScan::is_worthwhile(std::span<const ByteStep> steps)
{
    const auto core = core_of(steps);
    const auto narrow = std::ranges::count_if(core, is_narrow);
    // Once it is there, a step that anything leaves as it is says only that it was there.
    const auto held = std::ranges::count_if(
        core, [](const ByteStep& step) { return step.goes_on.count() > widest; });
    return narrow >= static_cast<std::ptrdiff_t>(least_steps) + 2 * held;
}

void StepScan::add(std::size_t id, std::span<const ByteStep> steps)
{
    const auto core = core_of(steps);
    if (core.empty()) return;
    constexpr auto bits = block_words * 64;
    // A sequence stands in one word: nothing is carried from one to the next.
    if (used_ % 64 + core.size() > 64) used_ = (used_ / 64 + 1) * 64;
    if (blocks_.empty() || used_ + core.size() > bits) {
        blocks_.emplace_back();
        used_ = 0;
    }
    auto& block = blocks_.back();
    for (std::size_t at = 0; at < core.size(); ++at) {
        const auto bit = used_ + at;
        const auto mask = std::uint64_t{1} << (bit % 64);
        for (std::size_t byte = 0; byte < 256; ++byte) {
            if (core[at].begins[byte]) block.begins[byte][bit / 64] |= mask;
            if (core[at].goes_on[byte]) block.goes_on[byte][bit / 64] |= mask;
        }
        if (at == 0) block.starts[bit / 64] |= mask;
        if (at + 1 < core.size()) continue;
        block.ends[bit / 64] |= mask;
        block.ids[bit] = id;
    }
    used_ += core.size();
    ++sequences_;
}

void StepScan::scan(std::string_view text, const std::function<void(std::size_t id)>& take) const
{
    for (const auto& block : blocks_) {
        Words state{};
        Words found{};
        for (const char c : text) {
            const auto& begins = block.begins[static_cast<unsigned char>(c)];
            const auto& goes_on = block.goes_on[static_cast<unsigned char>(c)];
            // What is carried into a first step changes nothing: that begins anywhere.
            for (std::size_t word = 0; word < block_words; ++word) {
                state[word] = (((state[word] << 1) | block.starts[word]) & begins[word]) |
                              (state[word] & goes_on[word]);
                found[word] |= state[word];
            }
        }
        for (std::size_t word = 0; word < block_words; ++word)
            for (auto ends = found[word] & block.ends[word]; ends != 0; ends &= ends - 1)
                take(block.ids[word * 64 + static_cast<std::size_t>(std::countr_zero(ends))]);
    }
}

}  // namespace lazaret::filter::rules
