#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
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
/// 2 kB of tables a word and 64 steps, and a little more. Threads share it.
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

    /// Gives the ids that have a sequence which the text goes through, each once.
    void scan(std::string_view text, const std::function<void(std::size_t id)>& take) const;

private:
    static constexpr std::size_t block_words = 8;
    using Words = std::array<std::uint64_t, block_words>;
    /// Of GCC and Clang: words that are worked on at once. No larger than the processor's own, else
    /// GCC takes them through memory for each byte; where there are several, they wait for nothing
    /// of each other.
    template <std::size_t size>
    using Register [[gnu::vector_size(size), gnu::may_alias]] = std::uint64_t;

    struct alignas(sizeof(Words)) Row {
        Words words{};
        bool operator==(const Row&) const = default;
    };
    struct Block {
        std::array<Row, 256> begins{};  ///< of each byte: the steps that it begins
        std::vector<Row> goes_on{};     ///< and those that it leaves as they are: few differ, so
        std::array<std::uint8_t, 256> row_of{};  ///< the place of its row, and little to load
        Row starts{};                            ///< the first steps
        Row ends{};                              ///< the last ones
        std::array<std::size_t, block_words * 64> ids{};  ///< by the bit of the last step
    };
    class Filling;

    using GoThrough = void (*)(const Block& block, std::string_view text, Words& found);

    /// The steps that the text goes through; below, compiled for each kind of processor.
    template <class Register>
    static void go_through(const Block& block, std::string_view text, Words& found);
    static void go_through_any(const Block& block, std::string_view text, Words& found);
#if defined(__x86_64__)
    static void go_through_avx2(const Block& block, std::string_view text, Words& found);
    static void go_through_avx512(const Block& block, std::string_view text, Words& found);
#endif
    /// For this processor.
    static GoThrough fastest();

    std::vector<Block> blocks_;
};

}  // namespace lazaret::filter::rules
