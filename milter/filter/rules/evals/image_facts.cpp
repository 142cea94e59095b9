#include "milter/filter/rules/evals/image_facts.hpp"

#include <algorithm>

#include "milter/filter/message/decoding.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto kind_names = std::to_array<std::string_view>({"gif", "png", "jpeg"});

std::uint32_t byte_at(std::string_view bytes, std::size_t at)
{
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

std::uint32_t big_endian_16(std::string_view bytes, std::size_t at)
{
    return byte_at(bytes, at) << 8U | byte_at(bytes, at + 1);
}

std::uint32_t big_endian_32(std::string_view bytes, std::size_t at)
{
    return big_endian_16(bytes, at) << 16U | big_endian_16(bytes, at + 2);
}

std::uint32_t little_endian_16(std::string_view bytes, std::size_t at)
{
    return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U;
}

/// The markers of JPEG's frame headers: C0 to CF, but for tables and arithmetic coding.
bool begins_frame(std::uint32_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

ImageSize size_of(const MimePart& part, std::size_t kind)
{
    constexpr std::size_t first_look = 4'096;
    constexpr std::size_t last_look = 1 << 20;  // a JPEG may have photographs of itself in front
    const auto start = [&](std::size_t most) {
        return decoded_start(part.raw.substr(0, most * 2), "base64", most);
    };
    switch (kind) {
        case 0: return gif_size(start(16));
        case 1: return png_size(start(first_look));
        default: break;
    }
    const auto found = jpeg_size(start(first_look));
    return found.height > 0 || part.raw.size() < first_look ? found : jpeg_size(start(last_look));
}

}  // namespace

ImageSize gif_size(std::string_view start)
{
    if (!start.starts_with("GIF87a") && !start.starts_with("GIF89a")) return {};
    return {little_endian_16(start, 8), little_endian_16(start, 6)};
}

ImageSize png_size(std::string_view start)
{
    constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
    if (!start.starts_with(signature)) return {};
    for (auto at = signature.size(); at + 16 <= start.size(); at += 8) {
        const auto type = start.substr(at + 4, 4);
        if (type == "IEND") return {};
        if (type == "IHDR" && big_endian_32(start, at) == 13)
            return {big_endian_32(start, at + 12), big_endian_32(start, at + 8)};
    }
    return {};
}

ImageSize jpeg_size(std::string_view start)
{
    if (!start.starts_with("\xFF\xD8")) return {};
    for (std::size_t at = 2; at + 4 <= start.size();) {
        const auto marker = byte_at(start, at + 1);
        const auto length = big_endian_16(start, at + 2);
        if (byte_at(start, at) != 0xFF || marker == 0xDA || marker == 0xD9 || length < 2) return {};
        if (begins_frame(marker))
            return {big_endian_16(start, at + 5), big_endian_16(start, at + 7)};
        at += 2 + length;
    }
    return {};
}

bool has_size_within(const std::set<ImageSize>& sizes, ImageSize least, ImageSize most)
{
    return std::any_of(sizes.begin(), sizes.end(), [&](const auto& size) {
        return size.height >= least.height && size.width >= least.width &&
               size.height <= most.height && size.width <= most.width;
    });
}

ImageFacts ImageFacts::of(const Rendering& rendering)
{
    ImageFacts facts;
    for (const auto& part : rendering.parts) {
        if (!part.is_leaf || part.encoding != "base64" || !part.type.starts_with("image/"))
            continue;
        const auto type = part.type.substr(6);
        const auto name = std::find(kind_names.begin(), kind_names.end(),
                                    type == "jpg" ? std::string_view{"jpeg"} : type);
        if (name == kind_names.end()) continue;
        const auto index = static_cast<std::size_t>(name - kind_names.begin());
        auto& kind = facts.kinds[index];
        ++kind.count;
        const auto size = size_of(part, index);
        if (size.height == 0 || size.width == 0) continue;
        kind.area += size.area();
        kind.sizes.insert(size);
        if (!part.name.empty()) facts.names.insert(part.name);
    }
    return facts;
}

bool ImageFacts::knows(std::string_view name)
{
    return name == "all" ||
           std::find(kind_names.begin(), kind_names.end(), name) != kind_names.end();
}

ImageFacts::Kind ImageFacts::kind(std::string_view name) const
{
    Kind wanted;
    for (std::size_t at = 0; at < kinds.size(); ++at) {
        if (name != "all" && name != kind_names[at]) continue;
        wanted.count += kinds[at].count;
        wanted.area += kinds[at].area;
        wanted.sizes.insert(kinds[at].sizes.begin(), kinds[at].sizes.end());
    }
    return wanted;
}

}  // namespace lazaret::filter::rules
