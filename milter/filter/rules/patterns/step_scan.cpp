#include "milter/filter/rules/patterns/step_scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

namespace lazaret::filter::rules {

/// A block while sequences are put into it.
class StepScan::Filling {
public:
    /// @return whether there was room.
    bool add(const Sought& sought)
    {
        const auto count = std::min(sought.steps.size(), most_steps_of_path);
        // A sequence stands in one word: nothing is carried from one to the next.
        auto begin = used_;
        if (begin % word_bits + count > word_bits) begin = (begin / word_bits + 1) * word_bits;
        if (begin + count > block_words * word_bits) return false;
        for (std::size_t at = 0; at < count; ++at) put(begin + at, sought.steps[at]);
        mark(block_.starts, begin);
        mark(block_.ends, begin + count - 1);
        block_.ids[begin + count - 1] = sought.id;
        used_ = begin + count;
        return true;
    }

    Block done() &&
    {
        for (std::size_t byte = 0; byte < goes_on_.size(); ++byte) {
            auto& rows = block_.goes_on;
            const auto found = std::ranges::find(rows, goes_on_[byte]);
            block_.row_of[byte] = static_cast<std::uint8_t>(found - rows.begin());
            if (found == rows.end()) rows.push_back(goes_on_[byte]);
        }
        return std::move(block_);
    }

private:
    static constexpr std::size_t word_bits = 64;

    static void mark(Row& row, std::size_t bit)
    {
        row.words[bit / word_bits] |= std::uint64_t{1} << (bit % word_bits);
    }

    void put(std::size_t bit, const ByteStep& step)
    {
        for (std::size_t byte = 0; byte < goes_on_.size(); ++byte) {
            if (step.begins[byte]) mark(block_.begins[byte], bit);
            if (step.goes_on[byte]) mark(goes_on_[byte], bit);
        }
    }

    Block block_;
    std::array<Row, 256> goes_on_{};
    std::size_t used_ = 0;
};

StepScan::StepScan(std::span<const Sought> all)
{
    std::optional<Filling> filling;
    for (const auto& sought : all) {
        if (sought.steps.empty()) continue;
        if (!filling) filling.emplace();
        if (filling->add(sought)) continue;
        blocks_.push_back(std::move(*filling).done());
        filling.emplace().add(sought);
    }
    if (filling) blocks_.push_back(std::move(*filling).done());
}

template <class Register>
[[gnu::always_inline]] inline void StepScan::go_through(const Block& block, std::string_view text,
                                                        Words& found)
{
    constexpr auto registers = sizeof(Words) / sizeof(Register);
    const auto at = [](const Row& row, std::size_t number) -> const Register& {
        return reinterpret_cast<const Register*>(row.words.data())[number];
    };
    std::array<Register, registers> state{};
    std::array<Register, registers> seen{};
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const auto& begins = block.begins[byte];
        const auto& goes_on = block.goes_on[block.row_of[byte]];
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
            for (auto ends = found[word] & block.ends.words[word]; ends != 0; ends &= ends - 1) {
                const auto bit = static_cast<std::size_t>(std::countr_zero(ends));
                const auto id = block.ids[word * 64 + bit];
                if (id != last) take(id);
                last = id;
            }
    }
}

}  // namespace lazaret::filter::rules
