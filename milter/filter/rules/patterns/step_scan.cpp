#include "milter/filter/rules/patterns/step_scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
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
        if (begin + count > most_words * word_bits) return false;
        for (std::size_t at = 0; at < count; ++at) put(begin + at, sought.steps[at]);
        mark(starts_, begin);
        mark(ends_, begin + count - 1);
        used_ = begin + count;
        ids_.resize(used_);
        ids_.back() = sought.id;
        return true;
    }

    Block done() &&
    {
        Block block;
        block.words = std::bit_ceil((used_ + word_bits - 1) / word_bits);
        std::vector<Words> rows{begins_.begin(), begins_.end()};
        rows.push_back(starts_);
        for (std::size_t byte = 0; byte < goes_on_.size(); ++byte) {
            const auto first = rows.begin() + first_that_goes_on;
            const auto found = std::find(first, rows.end(), goes_on_[byte]);
            block.row_of[byte] = static_cast<std::uint8_t>(std::distance(first, found));
            if (found == rows.end()) rows.push_back(goes_on_[byte]);
        }
        const auto rows_of_line = most_words / block.words;
        block.rows.resize((rows.size() + rows_of_line - 1) / rows_of_line);
        for (std::size_t at = 0; at < rows.size(); ++at)
            std::copy_n(rows[at].begin(), block.words,
                        block.rows[at / rows_of_line].words.begin() +
                            static_cast<std::ptrdiff_t>(at % rows_of_line * block.words));
        block.ends = ends_;
        block.ids = std::move(ids_);
        return block;
    }

private:
    static void mark(Words& row, std::size_t bit)
    {
        row[bit / word_bits] |= std::uint64_t{1} << (bit % word_bits);
    }

    void put(std::size_t bit, const ByteStep& step)
    {
        for (std::size_t byte = 0; byte < goes_on_.size(); ++byte) {
            if (step.begins[byte]) mark(begins_[byte], bit);
            if (step.goes_on[byte]) mark(goes_on_[byte], bit);
        }
    }

    std::array<Words, 256> begins_{};
    std::array<Words, 256> goes_on_{};
    Words starts_{};
    Words ends_{};
    std::vector<std::size_t> ids_;
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

template <class Register, std::size_t registers>
[[gnu::always_inline]] inline void StepScan::go_through(const Block& block, std::string_view text,
                                                        Words& found)
{
    const auto row = [rows = reinterpret_cast<const Register*>(block.rows.data())](
                         std::size_t number) { return rows + number * registers; };
    const auto* const starts = row(row_of_starts);
    std::array<Register, registers> state{};
    std::array<Register, registers> seen{};
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const auto* const begins = row(byte);
        const auto* const goes_on = row(first_that_goes_on + block.row_of[byte]);
        // What is carried into a first step changes nothing: that begins anywhere.
#pragma GCC unroll 4
        for (std::size_t number = 0; number < registers; ++number) {
            auto& one = state[number];
            one = (((one << 1) | starts[number]) & begins[number]) | (one & goes_on[number]);
            seen[number] |= one;
        }
    }
    std::memcpy(found.data(), seen.data(), sizeof(seen));
}

template <std::size_t largest>
[[gnu::always_inline]] inline void StepScan::go_through(const Block& block, std::string_view text,
                                                        Words& found)
{
    constexpr auto of_four = std::min<std::size_t>(largest, 4 * sizeof(Word));
    constexpr auto of_eight = std::min<std::size_t>(largest, 8 * sizeof(Word));
    switch (block.words) {
        case 1: return go_through<Word, 1>(block, text, found);
        case 2: return go_through<Register<2 * sizeof(Word)>, 1>(block, text, found);
        case 4:
            return go_through<Register<of_four>, 4 * sizeof(Word) / of_four>(block, text, found);
        default:
            return go_through<Register<of_eight>, 8 * sizeof(Word) / of_eight>(block, text, found);
    }
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void StepScan::go_through_avx512(const Block& block,
                                                            std::string_view text, Words& found)
{
    go_through<64>(block, text, found);
}

[[gnu::target("avx2")]] void StepScan::go_through_avx2(const Block& block, std::string_view text,
                                                       Words& found)
{
    go_through<32>(block, text, found);
}
#endif

void StepScan::go_through_any(const Block& block, std::string_view text, Words& found)
{
    go_through<16>(block, text, found);
}

StepScan::GoThrough StepScan::fastest()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return go_through_avx512;
    if (__builtin_cpu_supports("avx2")) return go_through_avx2;
#endif
    return go_through_any;
}

void StepScan::scan(std::span<const std::string_view> texts,
                    const std::function<void(std::size_t id, std::size_t text)>& take) const
{
    static const auto go_through_block = fastest();
    constexpr auto none = std::numeric_limits<std::size_t>::max();
    // An id's sequences may stand in two blocks.
    std::vector<std::size_t> last(texts.size(), none);
    for (const auto& block : blocks_)
        for (std::size_t text = 0; text < texts.size(); ++text) {
            Words found{};
            go_through_block(block, texts[text], found);
            for (std::size_t word = 0; word < block.words; ++word)
                for (auto ends = found[word] & block.ends[word]; ends != 0; ends &= ends - 1) {
                    const auto bit = static_cast<std::size_t>(std::countr_zero(ends));
                    const auto id = block.ids[word * word_bits + bit];
                    if (id != last[text]) take(id, text);
                    last[text] = id;
                }
        }
}

}  // namespace lazaret::filter::rules
