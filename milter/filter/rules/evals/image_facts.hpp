#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/rendering.hpp"

namespace lazaret::filter::rules {

struct ImageSize {
    std::uint32_t height = 0;
    std::uint32_t width = 0;

    [[nodiscard]] double area() const { return double{1} * height * width; }
    auto operator<=>(const ImageSize&) const = default;
};

/// The size that a GIF, PNG or JPEG file says it has; 0 by 0 when it does not.
ImageSize gif_size(std::string_view start);
ImageSize png_size(std::string_view start);
ImageSize jpeg_size(std::string_view start);

/// Whether the sizes have one within the bounds, `least` and `most` both counted.
bool has_size_within(const std::set<ImageSize>& sizes, ImageSize least, ImageSize most);

/// The images that came in base64, as SpamAssassin's ImageInfo looks at them.
struct ImageFacts {
    struct Kind {
        std::size_t count = 0;  ///< also of those that are damaged
        double area = 0;        ///< square pixels
        std::set<ImageSize> sizes;
    };
    std::array<Kind, 3> kinds;    ///< gif, png, jpeg
    std::set<std::string> names;  ///< of images that say their size

    static ImageFacts of(const Rendering& rendering);

    /// The images of a kind (`gif`, `png`, `jpeg`), or `all` of them together.
    [[nodiscard]] Kind kind(std::string_view name) const;
    /// Whether there is such a kind.
    static bool knows(std::string_view name);
};

}  // namespace lazaret::filter::rules
