#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "milter/filter/rules/patterns/byte_steps.hpp"

namespace lazaret::filter::rules {

/// Looks for many sequences of steps in one pass over a text.
///
/// A bit a step, all steps of a block side by side in words: an automaton that is advanced by two
/// table look-ups and five operations a word and byte, whatever the text is (shift-and: Baeza-Yates
/// and Gonnet, "A new approach to text searching", 1992; the steps that stay: Navarro and Raffinot,
/// "Fast and flexible string matching by combining bit-parallelism and suffix automata", 2000).
/// 2 kB of tables a word and 64 steps, and a little more: of a short text most time is taken by
/// loading them, so a block has no more words than it needs. Threads share it.
class StepScan {
public:
    struct Sought {
        std::size_t id;
        ByteSequence steps;  ///< those beyond `most_steps_of_path` are not looked at
    };

    StepScan() = default;

    /// @param all  an id may have several sequences, if they stand one behind the other.
    explicit StepScan(std::span<const Sought> all);

    [[nodiscard]] bool is_empty() const noexcept { return blocks_.empty(); }
    /// How often a text is gone through.
    [[nodiscard]] std::size_t passes() const noexcept { return blocks_.size(); }

    /// Gives the ids that have a sequence which a text goes through, each once a text. One block
    /// after the other, so that its tables stay in the processor's first cache for all texts.
    void scan(std::span<const std::string_view> texts,
              const std::function<void(std::size_t id, std::size_t text)>& take) const;

private:
    static constexpr std::size_t word_bits = 64;
    static constexpr std::size_t most_words = 8;
    using Words = std::array<std::uint64_t, most_words>;
    struct alignas(sizeof(Words)) Line {
        Words words{};
    };
    /// Sequences whose steps are looked for together. Its rows are of 1, 2, 4 or 8 words, and no
    /// row goes beyond a line.
    struct Block {
        std::size_t words = 0;  ///< of a row
        /// One behind the other: of each byte the steps that it begins, the first steps of all, and
        /// the different rows of what bytes leave as it is: few differ.
        std::vector<Line> rows;
        std::array<std::uint8_t, 256> row_of{};  ///< of each byte, among the last ones
        Words ends{};                            ///< the last steps
        std::vector<std::size_t> ids;            ///< by the bit of the last step
    };
    static constexpr std::size_t row_of_starts = 256;
    static constexpr std::size_t first_that_goes_on = row_of_starts + 1;
    class Filling;

    /// What a text went through.
    struct Found {
        Words steps{};  ///< of the block at hand; of an empty text none
        /// That was given last: an id's sequences may stand in two blocks.
        std::size_t last = std::numeric_limits<std::size_t>::max();
    };

    using Texts = std::span<const std::string_view>;
    using GoThrough = void (*)(const Block& block, Texts texts, std::span<Found> found);

    template <std::size_t words, std::size_t largest>
    class Pass;
    /// The steps that each text goes through; by registers of at most so many words, compiled for
    /// each kind of processor.
    template <std::size_t largest>
    static void go_through(const Block& block, Texts texts, std::span<Found> found);
    static void go_through_any(const Block& block, Texts texts, std::span<Found> found);
#if defined(__x86_64__)
    static void go_through_avx2(const Block& block, Texts texts, std::span<Found> found);
    static void go_through_avx512(const Block& block, Texts texts, std::span<Found> found);
#endif
    /// For this processor.
    static GoThrough fastest();

    std::vector<Block> blocks_;
};

}  // namespace lazaret::filter::rules
