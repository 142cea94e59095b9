#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace lazaret::filter {

/// Writes numbers in a form that is the same on every machine: least byte first.
class PackedWriter {
public:
    void text(std::string_view bytes) { bytes_ += bytes; }

    template <std::unsigned_integral T>
    void fixed(T value)
    {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
    void varied(std::uint32_t value);  ///< seven bits a byte; small numbers are short

    /// All that was written, with a checksum behind it.
    [[nodiscard]] std::string sealed() &&;

private:
    std::string bytes_;
};

/// Reads what PackedWriter wrote. After the first fault ok() is false and all reads give 0; no
/// bytes make it throw or read beyond the end.
class PackedReader {
public:
    /// Checks the checksum at the end of `sealed` first.
    explicit PackedReader(std::string_view sealed);

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] bool at_end() const noexcept { return ok_ && rest_.empty(); }
    void fail() noexcept { ok_ = false; }

    /// Fails unless the next bytes are these.
    void expect(std::string_view bytes);

    template <std::unsigned_integral T>
    T fixed()
    {
        T value = 0;
        if (!has(sizeof(T))) return value;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            value = static_cast<T>(value | (static_cast<T>(byte(i)) << (8 * i)));
        rest_.remove_prefix(sizeof(T));
        return value;
    }
    std::uint32_t varied();

private:
    [[nodiscard]] bool has(std::size_t bytes) noexcept;
    [[nodiscard]] unsigned char byte(std::size_t at) const noexcept
    {
        return static_cast<unsigned char>(rest_[at]);
    }

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace lazaret::filter
