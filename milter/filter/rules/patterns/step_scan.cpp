#include "milter/filter/rules/patterns/step_scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

namespace lazaret::filter::rules {
namespace {

/// Of GCC and Clang: words that are worked on at once. No larger than the processor's own
/// registers, else GCC takes them through memory for each byte.
template <std::size_t words>
struct Register {
    using Type [[gnu::vector_size(words * sizeof(std::uint64_t)), gnu::may_alias]] = std::uint64_t;
};
template <>
struct Register<1> {
    using Type = std::uint64_t;
};

}  // namespace

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

/// Goes through texts two at a time: each step of one waits for the step before it, some four to
/// eight cycles that the other's steps fill.
/// @tparam words  of a row of the block
/// @tparam largest  words of a register
template <std::size_t words, std::size_t largest>
class StepScan::Pass {
public:
    [[gnu::always_inline]] Pass(const Block& block, Texts texts, std::span<Found> found)
        : rows_{reinterpret_cast<const One*>(block.rows.data())},
          row_of_{block.row_of.data()},
          texts_{texts},
          found_{found}
    {
    }

    [[gnu::always_inline]] void run()
    {
        Lane one = next();
        Lane other = next();
        while (other.left != 0) {
            const auto both = std::min(one.left, other.left);
            for (std::size_t at = 0; at < both; ++at) {
                step(one, at);
                step(other, at);
            }
            pass(one, both);
            pass(other, both);
            if (one.left == 0) one = next();
            if (one.left == 0) std::swap(one, other);
            if (other.left == 0) other = next();
        }
        for (std::size_t at = 0; at < one.left; ++at) step(one, at);
        pass(one, one.left);
    }

private:
    static constexpr auto words_of_one = std::min(words, largest);
    static constexpr auto registers = words / words_of_one;
    using One = typename Register<words_of_one>::Type;

    /// A text on its way.
    struct Lane {
        const char* at = nullptr;
        std::size_t left = 0;
        Found* found = nullptr;
        std::array<One, registers> state{};
        std::array<One, registers> seen{};
    };

    /// The next text that is not empty; nothing is left of what there is not.
    [[gnu::always_inline]] Lane next()
    {
        for (; next_ < texts_.size(); ++next_)
            if (const auto text = texts_[next_]; !text.empty())
                return {text.data(), text.size(), &found_[next_++], {}, {}};
        return {};
    }

    [[gnu::always_inline]] void step(Lane& lane, std::size_t at) const
    {
        const auto byte = static_cast<unsigned char>(lane.at[at]);
        const auto* const starts = rows_ + row_of_starts * registers;
        const auto* const begins = rows_ + byte * registers;
        const auto* const goes_on = rows_ + (first_that_goes_on + row_of_[byte]) * registers;
        // What is carried into a first step changes nothing: that begins anywhere.
#pragma GCC unroll 4
        for (std::size_t number = 0; number < registers; ++number) {
            auto& state = lane.state[number];
            state = (((state << 1) | starts[number]) & begins[number]) | (state & goes_on[number]);
            lane.seen[number] |= state;
        }
    }

    [[gnu::always_inline]] static void pass(Lane& lane, std::size_t bytes)
    {
        lane.at += bytes;
        lane.left -= bytes;
        if (lane.left == 0 && lane.found)
            std::memcpy(&lane.found->steps, &lane.seen, sizeof(lane.seen));
    }

    const One* rows_;
    const std::uint8_t* row_of_;
    Texts texts_;
    std::span<Found> found_;
    std::size_t next_ = 0;
};

template <std::size_t largest>
[[gnu::always_inline]] inline void StepScan::go_through(const Block& block, Texts texts,
                                                        std::span<Found> found)
{
    switch (block.words) {
        case 1: return Pass<1, largest>{block, texts, found}.run();
        case 2: return Pass<2, largest>{block, texts, found}.run();
        case 4: return Pass<4, largest>{block, texts, found}.run();
        default: return Pass<8, largest>{block, texts, found}.run();
    }
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void StepScan::go_through_avx512(const Block& block, Texts texts,
                                                            std::span<Found> found)
{
    go_through<8>(block, texts, found);
}

[[gnu::target("avx2")]] void StepScan::go_through_avx2(const Block& block, Texts texts,
                                                       std::span<Found> found)
{
    go_through<4>(block, texts, found);
}
#endif

void StepScan::go_through_any(const Block& block, Texts texts, std::span<Found> found)
{
    go_through<2>(block, texts, found);
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
    std::vector<Found> found(texts.size());
    for (const auto& block : blocks_) {
        go_through_block(block, texts, found);
        for (std::size_t text = 0; text < texts.size(); ++text)
            for (std::size_t word = 0; word < block.words; ++word) {
                auto ends = found[text].steps[word] & block.ends[word];
                for (; ends != 0; ends &= ends - 1) {
                    const auto bit = static_cast<std::size_t>(std::countr_zero(ends));
                    const auto id = block.ids[word * word_bits + bit];
                    if (id != found[text].last) take(id, text);
                    found[text].last = id;
                }
            }
    }
}

}  // namespace lazaret::filter::rules
