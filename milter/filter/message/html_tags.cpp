#include "milter/filter/message/html_tags.hpp"

#include <array>
#include <cstddef>

namespace lazaret::filter {
namespace {

constexpr auto is_void = static_cast<std::uint32_t>(HtmlTrait::Void);
constexpr auto special = static_cast<std::uint32_t>(HtmlTrait::Special);
constexpr auto scope = static_cast<std::uint32_t>(HtmlTrait::Scope);
constexpr auto closes_p = static_cast<std::uint32_t>(HtmlTrait::ClosesP);
constexpr auto formatting = static_cast<std::uint32_t>(HtmlTrait::Formatting);
constexpr auto marker = static_cast<std::uint32_t>(HtmlTrait::Marker);
constexpr auto table_part = static_cast<std::uint32_t>(HtmlTrait::TablePart);
constexpr auto table_frame = static_cast<std::uint32_t>(HtmlTrait::TableFrame);
constexpr auto raw = static_cast<std::uint32_t>(HtmlTrait::Raw);
constexpr auto never_shown = static_cast<std::uint32_t>(HtmlTrait::NeverShown);
constexpr auto breaks_out = static_cast<std::uint32_t>(HtmlTrait::BreaksOut);
constexpr auto ends_line = static_cast<std::uint32_t>(HtmlTrait::EndsLine);

struct Row {
    HtmlTag tag;
    std::string_view name;
    std::uint32_t traits;
};

constexpr auto rows = std::to_array<Row>({
    {HtmlTag::A, "a", formatting},
    {HtmlTag::Address, "address", special | closes_p | ends_line},
    {HtmlTag::AnnotationXml, "annotation-xml", 0},
    {HtmlTag::Applet, "applet", special | scope | marker},
    {HtmlTag::Area, "area", is_void | special},
    {HtmlTag::Article, "article", special | closes_p | ends_line},
    {HtmlTag::Aside, "aside", special | closes_p},
    {HtmlTag::B, "b", formatting | breaks_out},
    {HtmlTag::Base, "base", is_void | special},
    {HtmlTag::Basefont, "basefont", is_void | special},
    {HtmlTag::Bgsound, "bgsound", is_void | special},
    {HtmlTag::Big, "big", formatting | breaks_out},
    {HtmlTag::Blockquote, "blockquote", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Body, "body", special | breaks_out},
    {HtmlTag::Br, "br", is_void | special | breaks_out | ends_line},
    {HtmlTag::Button, "button", special},
    {HtmlTag::Caption, "caption", special | scope | marker | table_part},
    {HtmlTag::Center, "center", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Code, "code", formatting | breaks_out},
    {HtmlTag::Col, "col", is_void | special | table_part},
    {HtmlTag::Colgroup, "colgroup", special | table_part},
    {HtmlTag::Dd, "dd", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Desc, "desc", 0},
    {HtmlTag::Details, "details", special | closes_p},
    {HtmlTag::Dialog, "dialog", closes_p},
    {HtmlTag::Dir, "dir", special | closes_p},
    {HtmlTag::Div, "div", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Dl, "dl", special | closes_p | breaks_out},
    {HtmlTag::Dt, "dt", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Em, "em", formatting | breaks_out},
    {HtmlTag::Embed, "embed", is_void | special | breaks_out},
    {HtmlTag::Fieldset, "fieldset", special | closes_p},
    {HtmlTag::Figcaption, "figcaption", special | closes_p},
    {HtmlTag::Figure, "figure", special | closes_p},
    {HtmlTag::Font, "font", formatting},
    {HtmlTag::Footer, "footer", special | closes_p | ends_line},
    {HtmlTag::ForeignObject, "foreignobject", 0},
    {HtmlTag::Form, "form", special | closes_p | ends_line},
    {HtmlTag::Frame, "frame", is_void | special},
    {HtmlTag::Frameset, "frameset", special},
    {HtmlTag::H1, "h1", special | closes_p | breaks_out | ends_line},
    {HtmlTag::H2, "h2", special | closes_p | breaks_out | ends_line},
    {HtmlTag::H3, "h3", special | closes_p | breaks_out | ends_line},
    {HtmlTag::H4, "h4", special | closes_p | breaks_out | ends_line},
    {HtmlTag::H5, "h5", special | closes_p | breaks_out | ends_line},
    {HtmlTag::H6, "h6", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Head, "head", special | breaks_out},
    {HtmlTag::Header, "header", special | closes_p | ends_line},
    {HtmlTag::Hgroup, "hgroup", special | closes_p},
    {HtmlTag::Hr, "hr", is_void | special | closes_p | breaks_out | ends_line},
    {HtmlTag::Html, "html", special | scope},
    {HtmlTag::I, "i", formatting | breaks_out},
    {HtmlTag::Iframe, "iframe", special | raw | never_shown},
    {HtmlTag::Image, "image", is_void},
    {HtmlTag::Img, "img", is_void | special | breaks_out},
    {HtmlTag::Input, "input", is_void | special},
    {HtmlTag::Keygen, "keygen", is_void | special},
    {HtmlTag::Li, "li", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Link, "link", is_void | special},
    {HtmlTag::Listing, "listing", special | closes_p | breaks_out},
    {HtmlTag::Main, "main", special | closes_p},
    {HtmlTag::Malignmark, "malignmark", 0},
    {HtmlTag::Marquee, "marquee", special | scope | marker},
    {HtmlTag::Math, "math", 0},
    {HtmlTag::Menu, "menu", special | closes_p | breaks_out},
    {HtmlTag::Meta, "meta", is_void | special | breaks_out},
    {HtmlTag::Mglyph, "mglyph", 0},
    {HtmlTag::Mi, "mi", 0},
    {HtmlTag::Mn, "mn", 0},
    {HtmlTag::Mo, "mo", 0},
    {HtmlTag::Ms, "ms", 0},
    {HtmlTag::Mtext, "mtext", 0},
    {HtmlTag::Nav, "nav", special | closes_p},
    {HtmlTag::Nobr, "nobr", formatting | breaks_out},
    {HtmlTag::Noembed, "noembed", special | raw | never_shown},
    {HtmlTag::Noframes, "noframes", special | raw | never_shown},
    {HtmlTag::Noscript, "noscript", special},
    {HtmlTag::Object, "object", special | scope | marker},
    {HtmlTag::Ol, "ol", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Optgroup, "optgroup", 0},
    {HtmlTag::Option, "option", 0},
    {HtmlTag::P, "p", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Param, "param", is_void | special},
    {HtmlTag::Plaintext, "plaintext", special | closes_p | raw},
    {HtmlTag::Pre, "pre", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Ruby, "ruby", breaks_out},
    {HtmlTag::S, "s", formatting | breaks_out},
    {HtmlTag::Script, "script", special | raw | never_shown},
    {HtmlTag::Search, "search", special | closes_p},
    {HtmlTag::Section, "section", special | closes_p | ends_line},
    {HtmlTag::Select, "select", special},
    {HtmlTag::Small, "small", formatting | breaks_out},
    {HtmlTag::Source, "source", is_void | special},
    {HtmlTag::Span, "span", breaks_out},
    {HtmlTag::Strike, "strike", formatting | breaks_out},
    {HtmlTag::Strong, "strong", formatting | breaks_out},
    {HtmlTag::Style, "style", special | raw | never_shown},
    {HtmlTag::Sub, "sub", breaks_out},
    {HtmlTag::Summary, "summary", special | closes_p},
    {HtmlTag::Sup, "sup", breaks_out},
    {HtmlTag::Svg, "svg", 0},
    {HtmlTag::Table, "table", special | scope | closes_p | table_frame | breaks_out | ends_line},
    {HtmlTag::Tbody, "tbody", special | table_part | table_frame},
    {HtmlTag::Td, "td", special | scope | marker | table_part},
    {HtmlTag::Template, "template", special | scope | marker | never_shown},
    {HtmlTag::Textarea, "textarea", special | raw},
    {HtmlTag::Tfoot, "tfoot", special | table_part | table_frame},
    {HtmlTag::Th, "th", special | scope | marker | table_part},
    {HtmlTag::Thead, "thead", special | table_part | table_frame},
    {HtmlTag::Title, "title", special | raw | never_shown},
    {HtmlTag::Tr, "tr", special | table_part | table_frame | ends_line},
    {HtmlTag::Track, "track", is_void | special},
    {HtmlTag::Tt, "tt", formatting | breaks_out},
    {HtmlTag::U, "u", formatting | breaks_out},
    {HtmlTag::Ul, "ul", special | closes_p | breaks_out | ends_line},
    {HtmlTag::Var, "var", breaks_out},
    {HtmlTag::Wbr, "wbr", is_void | special},
    {HtmlTag::Xmp, "xmp", special | closes_p | raw},
});

// Where the names with each first letter begin; the last one is their end.
using Starts = std::array<std::uint8_t, 27>;

consteval Starts make_starts()
{
    Starts starts{};
    for (std::size_t letter = 0; letter < starts.size(); ++letter)
        while (starts[letter] < rows.size() &&
               static_cast<std::size_t>(rows[starts[letter]].name[0] - 'a') < letter)
            ++starts[letter];
    return starts;
}

consteval bool in_order()
{
    for (std::size_t at = 0; at < rows.size(); ++at)
        if (rows[at].tag != static_cast<HtmlTag>(at) ||
            (at > 0 && rows[at].name <= rows[at - 1].name))
            return false;
    return rows.size() == static_cast<std::size_t>(HtmlTag::Other);
}

constexpr auto starts = make_starts();
static_assert(in_order(), "one row per HtmlTag, in the order of the enum and of the names");

// `name` has no capitals.
bool is_same(std::string_view name, std::string_view written)
{
    if (name.size() != written.size()) return false;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const char c = written[at];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != name[at])
            return false;
    }
    return true;
}

}  // namespace

HtmlTag html_tag(std::string_view name)
{
    if (name.empty()) return HtmlTag::Other;
    const auto letter = (static_cast<unsigned char>(name[0]) | 0x20U) - 'a';
    if (letter >= starts.size() - 1) return HtmlTag::Other;
    for (std::size_t at = starts[letter]; at < starts[letter + 1]; ++at)
        if (is_same(rows[at].name, name)) return rows[at].tag;
    return HtmlTag::Other;
}

bool has(HtmlTag tag, HtmlTrait trait)
{
    return tag != HtmlTag::Other &&
           (rows[static_cast<std::size_t>(tag)].traits & static_cast<std::uint32_t>(trait)) != 0;
}

}  // namespace lazaret::filter
