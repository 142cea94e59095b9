#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lazaret {

/// A few of the 256 bytes, to be looked for in texts of strangers: std::string_view's
/// find_first_of() and its like call memchr() for each byte of the text.
class ByteClass {
public:
    constexpr explicit ByteClass(std::string_view bytes) noexcept
    {
        for (const char byte : bytes) word_of(byte) |= bit_of(byte);
    }

    [[nodiscard]] constexpr bool has(char byte) const noexcept
    {
        return (words_[number_of(byte) / word_bits] & bit_of(byte)) != 0;
    }

    /// The place of the first of them from `from` on; npos when there is none.
    [[nodiscard]] constexpr std::size_t first_in(std::string_view text,
                                                 std::size_t from = 0) const noexcept
    {
        for (auto at = from; at < text.size(); ++at)
            if (has(text[at])) return at;
        return std::string_view::npos;
    }

    /// The place of the first byte that is none of them.
    [[nodiscard]] constexpr std::size_t first_not_in(std::string_view text,
                                                     std::size_t from = 0) const noexcept
    {
        for (auto at = from; at < text.size(); ++at)
            if (!has(text[at])) return at;
        return std::string_view::npos;
    }

    /// The place of the last byte that is none of them.
    [[nodiscard]] constexpr std::size_t last_not_in(std::string_view text) const noexcept
    {
        for (auto at = text.size(); at > 0; --at)
            if (!has(text[at - 1])) return at - 1;
        return std::string_view::npos;
    }

private:
    static constexpr std::size_t word_bits = 64;
    static constexpr unsigned char number_of(char byte) noexcept
    {
        return static_cast<unsigned char>(byte);
    }
    static constexpr std::uint64_t bit_of(char byte) noexcept
    {
        return std::uint64_t{1} << (number_of(byte) % word_bits);
    }
    constexpr std::uint64_t& word_of(char byte) noexcept
    {
        return words_[number_of(byte) / word_bits];
    }

    std::array<std::uint64_t, 4> words_{};
};

}  // namespace lazaret
