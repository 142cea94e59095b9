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
/// 4 kB of tables a word and 64 steps. Threads share it.
class StepScan {
public:
    /// The id may stand for several sequences, if they are added one behind the other.
    void add(std::size_t id, std::span<const ByteStep> steps);

    [[nodiscard]] bool is_empty() const noexcept { return sequences_ == 0; }

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

    struct alignas(sizeof(Words)) Block {
        std::array<Words, 256> begins{};   ///< of each byte: the steps that it begins
        std::array<Words, 256> goes_on{};  ///< and those that it leaves as they are
        Words starts{};                    ///< the first steps
        Words ends{};                      ///< the last ones
        std::array<std::size_t, block_words * 64> ids{};  ///< by the bit of the last step
    };

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
    std::size_t used_ = 0;  ///< bits of the last block
    std::size_t sequences_ = 0;
};

}  // namespace lazaret::filter::rules
