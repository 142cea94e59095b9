#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// The elements that change how text looks, as far as rules care. `th` counts as Td.
enum class StyleTag : std::uint8_t {
    None,
    A,
    Basefont,
    Big,
    Body,
    Div,
    Font,
    Marquee,
    P,
    Small,
    Span,
    Table,
    Td,
    Tr,
    Count_
};

/// How text looks: what open elements say, put together.
///
/// As SpamAssassin does it, not as browsers do: an element ends what is open within it, whatever
/// that is, `bgcolor` is not heeded, and style sheets are not read.
class TextStyles {
public:
    TextStyles();

    /// The value of an attribute, decoded; none when it is absent.
    using Attribute = std::function<std::optional<std::string_view>(std::string_view name)>;
    void open(StyleTag tag, const Attribute& attribute);
    void close(StyleTag tag);

    /// Whether a reader would hardly see text here, and why.
    enum class Sight { Seen, LowContrast, InvalidColour, Small, Hidden };
    [[nodiscard]] Sight sight() const;

    [[nodiscard]] double min_size() const { return min_size_; }
    [[nodiscard]] double max_size() const { return max_size_; }

private:
    struct Style {
        StyleTag tag = StyleTag::None;
        bool is_not_displayed = false;
        bool is_hidden = false;
        std::int32_t text = 0x000000;
        std::int32_t ground = 0xFFFFFF;
        double size = 3;
    };
    void push(const Style& style);
    void pop();
    void close_cells(StyleTag tag);
    void read_style(std::string_view style, Style& out) const;
    static void read_declaration(std::string_view declaration, Style& out);
    static void read_colour_declaration(std::string_view value, std::int32_t& colour);
    void read_font_size(std::string_view size, Style& out) const;
    void note_size(double size);

    std::vector<Style> open_;
    std::array<std::uint32_t, static_cast<std::size_t>(StyleTag::Count_)> counts_{};
    double base_size_ = 3;
    double min_size_ = 3;
    double max_size_ = 3;
};

}  // namespace lazaret::filter::rules
