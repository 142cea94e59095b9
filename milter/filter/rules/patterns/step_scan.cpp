#include "milter/filter/rules/patterns/step_scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace lazaret::filter::rules {

void StepScan::add(std::size_t id, std::span<const ByteStep> steps)
{
    // What begins a word tells most.
    const auto core = steps.first(std::min(steps.size(), most_steps_of_path));
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

template <class Register>
[[gnu::always_inline]] inline void StepScan::go_through(const Block& block, std::string_view text,
                                                        Words& found)
{
    constexpr auto registers = sizeof(Words) / sizeof(Register);
    const auto at = [](const Words& words, std::size_t number) -> const Register& {
        return reinterpret_cast<const Register*>(words.data())[number];
    };
    std::array<Register, registers> state{};
    std::array<Register, registers> seen{};
    for (const char c : text) {
        const auto& begins = block.begins[static_cast<unsigned char>(c)];
        const auto& goes_on = block.goes_on[static_cast<unsigned char>(c)];
        // What is carried into a first step changes nothing: that begins anywhere.
#pragma GCC unroll 4
        for (std::size_t number = 0; number < registers; ++number) {
            auto& one = state[number];
            one = (((one << 1) | at(block.starts, number)) & at(begins, number)) |
                  (one & at(goes_on, number));
            seen[number] |= one;
        }
    }
    std::memcpy(found.data(), seen.data(), sizeof(Words));
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void StepScan::go_through_avx512(const Block& block,
                                                            std::string_view text, Words& found)
{
    go_through<Register<64>>(block, text, found);
}

[[gnu::target("avx2")]] void StepScan::go_through_avx2(const Block& block, std::string_view text,
                                                       Words& found)
{
    go_through<Register<32>>(block, text, found);
}
#endif

void StepScan::go_through_any(const Block& block, std::string_view text, Words& found)
{
    go_through<Register<16>>(block, text, found);
}

StepScan::GoThrough StepScan::fastest()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return go_through_avx512;
    if (__builtin_cpu_supports("avx2")) return go_through_avx2;
#endif
    return go_through_any;
}

void StepScan::scan(std::string_view text, const std::function<void(std::size_t id)>& take) const
{
    static const auto go_through_block = fastest();
    std::optional<std::size_t> last;
    for (const auto& block : blocks_) {
        Words found{};
        go_through_block(block, text, found);
        for (std::size_t word = 0; word < block_words; ++word)
            for (auto ends = found[word] & block.ends[word]; ends != 0; ends &= ends - 1) {
                const auto bit = static_cast<std::size_t>(std::countr_zero(ends));
                const auto id = block.ids[word * 64 + bit];
                if (id != last) take(id);
                last = id;
            }
    }
}

}  // namespace lazaret::filter::rules
