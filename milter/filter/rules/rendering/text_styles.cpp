#include "milter/filter/rules/rendering/text_styles.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/rendering/html_colour.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::int32_t transparent = -3;

// The number at the beginning; none when there is no digit.
std::optional<double> leading_number(std::string_view text)
{
    double number = 0;
    std::size_t at = 0;
    constexpr double most = 1e9;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
        number = std::min(number * 10 + (text[at] - '0'), most);
    if (at == 0) return std::nullopt;
    return number;
}

// The colours and pictures of CSS's `background`, of its last layer.
std::vector<std::string_view> last_background_layer(std::string_view value)
{
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    const auto end_word = [&](std::size_t end) {
        if (end > begin) words.push_back(value.substr(begin, end - begin));
        begin = end + 1;
    };
    bool in_brackets = false;
    char quote = '\0';
    bool starts_layer = false;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char c = value[at];
        if (starts_layer && c != ' ') {
            words.clear();
            starts_layer = false;
        }
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (in_brackets) {
            if (c != ')') continue;
            in_brackets = false;
            words.push_back(value.substr(begin, at + 1 - begin));
            begin = at + 1;
        } else if (c == '(') {
            in_brackets = true;
        } else if (c == ' ') {
            end_word(at);
        } else if (c == ',') {
            end_word(at);
            starts_layer = true;
        }
    }
    if (begin < value.size()) end_word(value.size());
    return words;
}

}  // namespace

TextStyles::TextStyles() { open_.push_back({}); }

void TextStyles::push(const Style& style)
{
    constexpr std::size_t deepest = 50'000;
    if (open_.size() >= deepest) return;
    open_.push_back(style);
    ++counts_[static_cast<std::size_t>(style.tag)];
}

void TextStyles::pop()
{
    --counts_[static_cast<std::size_t>(open_.back().tag)];
    open_.pop_back();
}

// A cell ends the cell before it, a row the row.
void TextStyles::close_cells(StyleTag tag)
{
    if (counts_[static_cast<std::size_t>(tag)] == 0) return;
    for (auto top = open_.back().tag;
         top == StyleTag::Font || top == StyleTag::Td || (tag == StyleTag::Tr && top == tag);
         top = open_.back().tag)
        pop();
}

void TextStyles::open(StyleTag tag, const Attribute& attribute)
{
    if (tag == StyleTag::Basefont)
        if (const auto size = attribute("size"))
            if (const auto number = leading_number(without_blanks(*size))) {
                base_size_ = *number;
                return;
            }
    if (tag == StyleTag::Td || tag == StyleTag::Tr) close_cells(tag);
    auto style = open_.back();
    style.tag = tag;
    bool is_styled = false;  // it has one of the attributes that it may have
    switch (tag) {
        case StyleTag::Big: style.size += 1; break;
        case StyleTag::Small: style.size -= 1; break;
        case StyleTag::Font:
        case StyleTag::Basefont:
            if (const auto colour = attribute("color")) {
                style.text = read_colour(*colour);
                is_styled = true;
            }
            if (const auto size = attribute("size")) {
                read_font_size(*size, style);
                is_styled = true;
            }
            is_styled = is_styled || attribute("face");
            break;
        case StyleTag::Body:
            if (const auto colour = attribute("text")) {
                style.text = read_colour(*colour);
                is_styled = true;
            }
            for (const auto* name : {"bgcolor", "link", "alink", "vlink", "background"})
                is_styled = is_styled || attribute(name);
            break;
        case StyleTag::Marquee: is_styled = attribute("bgcolor") || attribute("background"); break;
        default:
            if (const auto value = attribute("style")) {
                read_style(*value, style);
                is_styled = true;
            }
            if (tag == StyleTag::Table || tag == StyleTag::Td || tag == StyleTag::Tr)
                is_styled = is_styled || attribute("bgcolor");
    }
    if (is_styled) note_size(style.size);
    push(style);
}

void TextStyles::note_size(double size)
{
    if (size > max_size_) max_size_ = size;
    else if (size < min_size_) min_size_ = size;
}

void TextStyles::read_font_size(std::string_view size, Style& out) const
{
    size = without_blanks(size);
    const char sign = size.empty() ? '\0' : size[0];
    if (sign == '+' || sign == '-') {
        if (const auto number = leading_number(size.substr(1)))
            out.size = base_size_ + (sign == '+' ? *number : -*number);
    } else if (const auto number = leading_number(size)) {
        out.size = *number;
    }
}

void TextStyles::close(StyleTag tag)
{
    // Browsers show text behind </body> too.
    if (tag == StyleTag::Body || counts_[static_cast<std::size_t>(tag)] == 0) return;
    for (bool is_it = false; !is_it; pop()) is_it = open_.back().tag == tag;
}

void TextStyles::read_style(std::string_view style, Style& out) const
{
    while (!style.empty()) {
        const auto end = std::min(style.find(';'), style.size());
        read_declaration(style.substr(0, end), out);
        style.remove_prefix(std::min(end + 1, style.size()));
    }
    if (out.ground == transparent) out.ground = open_.back().ground;
    if (out.text == transparent) out.text = out.ground;
}

void TextStyles::read_declaration(std::string_view declaration, Style& out)
{
    declaration = without_leading_blanks(declaration);
    const auto colon = declaration.find(':');
    if (colon == std::string_view::npos) return;
    const auto written = declaration.substr(0, colon);
    const auto rest = declaration.substr(colon + 1);
    const auto value = without_blanks(rest);
    if (value.find('\n') != std::string_view::npos) return;
    // A blank behind the colon is a value, if an invalid one, for colours only.
    if (value.empty() && rest.find_first_not_of('\n') == std::string_view::npos) return;
    if (same_ignoring_case(written, "color")) {
        read_colour_declaration(value, out.text);
        return;
    }
    if (same_ignoring_case(written, "background-color")) {
        read_colour_declaration(value, out.ground);
        return;
    }
    if (written == "background") {
        const auto small = ascii_lower(value);
        for (const auto word : last_background_layer(small))
            if (const auto colour = read_colour(word); colour != invalid_colour) {
                out.ground = colour;
                break;
            }
        return;
    }
    const auto name = without_blanks(written);
    if (value.empty()) return;
    if (name == "display") out.is_not_displayed = same_ignoring_case(value, "none");
    else if (name == "visibility") out.is_hidden = same_ignoring_case(value, "hidden");
}

void TextStyles::read_colour_declaration(std::string_view written, std::int32_t& colour)
{
    const auto small = ascii_lower(written);
    std::string_view value = small;
    if (value.ends_with("important")) {
        auto rest = value.substr(0, value.size() - std::string_view{"important"}.size());
        rest = without_trailing_blanks(rest);
        if (rest.ends_with('!')) value = without_trailing_blanks(rest.substr(0, rest.size() - 1));
    }
    if (value.find("rgb") != std::string_view::npos) colour = read_style_rgb(value);
    else if (value == "transparent") colour = transparent;
    else if (value != "inherit") colour = read_colour(value);
}

TextStyles::Sight TextStyles::sight() const
{
    const auto& style = open_.back();
    if (is_hard_to_see(style.text, style.ground)) return Sight::LowContrast;
    if (style.text == invalid_colour || style.ground == invalid_colour) return Sight::InvalidColour;
    if (style.size <= 1) return Sight::Small;
    return style.is_not_displayed || style.is_hidden ? Sight::Hidden : Sight::Seen;
}

}  // namespace lazaret::filter::rules
