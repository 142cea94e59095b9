// How a step is written down:
//
//   "LZSTEP" format(16) label(8) kind(8) whether it counts (8)
//   for the shared part, then the own one: shift(8) squared(32), how many moves (32), each: gap to
//   the index before, and by how much (zigzag)
//   checksum (64)

#include "milter/filter/learn/step.hpp"

#include <utility>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/gaps.hpp"
#include "milter/filter/learn/packed_bytes.hpp"

namespace lazaret::filter {
namespace {

constexpr std::string_view mark = "LZSTEP";
constexpr std::uint16_t format = 2;
constexpr std::uint8_t shift_most = 23;
constexpr std::size_t moves_most = Excerpt::most + 6 * Traits::most;

std::uint32_t zigzag(std::int16_t value)
{
    return value < 0 ? static_cast<std::uint32_t>(-2 * value - 1)
                     : static_cast<std::uint32_t>(2 * value);
}

std::int16_t unzigzag(std::uint32_t value)
{
    const auto half = static_cast<std::int32_t>(value >> 1);
    return static_cast<std::int16_t>(value % 2 == 0 ? half : -half - 1);
}

void write(PackedWriter& out, const Step::Part& part)
{
    out.fixed(part.shift);
    out.fixed(part.squared);
    out.fixed(static_cast<std::uint32_t>(part.moves.size()));
    Gaps gaps;
    for (const auto& move : part.moves) {
        out.varied(gaps.to(move.index));
        out.varied(zigzag(move.by));
    }
}

void read(PackedReader& from, Step::Part& part)
{
    part.shift = from.fixed<std::uint8_t>();
    part.squared = from.fixed<std::uint32_t>();
    const auto count = from.fixed<std::uint32_t>();
    if (part.shift > shift_most || count > moves_most) from.fail();
    Gaps gaps;
    for (std::uint32_t i = 0; i < count && from.ok(); ++i) {
        const auto index = gaps.read(from);
        const auto by = from.varied();
        if (by > 0xffff) from.fail();
        part.moves.push_back({index, unzigzag(by)});
    }
}

}  // namespace

std::string Step::packed() const
{
    PackedWriter out;
    out.text(mark);
    out.fixed(format);
    out.fixed(static_cast<std::uint8_t>(label == Label::Spam ? 1 : 0));
    out.fixed(static_cast<std::uint8_t>(kind));
    out.fixed(static_cast<std::uint8_t>(is_counted ? 1 : 0));
    write(out, shared);
    write(out, own);
    return std::move(out).sealed();
}

std::optional<Step> Step::read(std::string_view packed)
{
    PackedReader from{packed};
    from.expect(mark);
    if (from.fixed<std::uint16_t>() != format) from.fail();
    const auto label = from.fixed<std::uint8_t>();
    const auto kind = from.fixed<std::uint8_t>();
    const auto is_counted = from.fixed<std::uint8_t>();
    if (label > 1 || kind >= kind_count || is_counted > 1) from.fail();
    Step step;
    step.kind = static_cast<Kind>(from.ok() ? kind : 0);
    step.is_counted = is_counted == 1;
    step.label = label == 1 ? Label::Spam : Label::Ham;
    filter::read(from, step.shared);
    filter::read(from, step.own);
    if (!from.at_end()) return std::nullopt;
    return step;
}

}  // namespace lazaret::filter
