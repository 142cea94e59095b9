#include "milter/filter/learn/packed_bytes.hpp"

namespace lazaret::filter {
namespace {

// FNV-1a, 64 bits: against damage, not against people.
std::uint64_t checksum(std::string_view bytes)
{
    std::uint64_t sum = 0xcbf29ce484222325u;
    for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return sum;
}

}  // namespace

void PackedWriter::varied(std::uint32_t value)
{
    while (value >= 0x80) {
        fixed(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    fixed(static_cast<std::uint8_t>(value));
}

std::string PackedWriter::sealed() &&
{
    fixed(checksum(bytes_));
    return std::move(bytes_);
}

PackedReader::PackedReader(std::string_view sealed) : rest_{sealed}
{
    if (!has(sizeof(std::uint64_t))) return;
    const auto content = sealed.substr(0, sealed.size() - sizeof(std::uint64_t));
    rest_ = sealed.substr(content.size());
    const auto written = fixed<std::uint64_t>();
    rest_ = content;
    ok_ = written == checksum(content);
}

bool PackedReader::has(std::size_t bytes) noexcept
{
    ok_ = ok_ && rest_.size() >= bytes;
    return ok_;
}

void PackedReader::expect(std::string_view bytes)
{
    if (!has(bytes.size())) return;
    if (!rest_.starts_with(bytes)) return fail();
    rest_.remove_prefix(bytes.size());
}

std::uint32_t PackedReader::varied()
{
    std::uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 7) {
        const auto part = fixed<std::uint8_t>();
        value |= (part & 0x7fu) << shift;
        if (part < 0x80) return value;
    }
    fail();
    return 0;
}

}  // namespace lazaret::filter
