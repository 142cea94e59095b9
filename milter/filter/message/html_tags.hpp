#pragma once

#include <cstdint>
#include <string_view>

namespace lazaret::filter {

/// The elements of HTML that mean something to who reads text and links, in the order of their
/// names. Any other element is `Other`.
enum class HtmlTag : std::uint8_t {
    A,
    Address,
    AnnotationXml,
    Applet,
    Area,
    Article,
    Aside,
    B,
    Base,
    Basefont,
    Bgsound,
    Big,
    Blockquote,
    Body,
    Br,
    Button,
    Caption,
    Center,
    Code,
    Col,
    Colgroup,
    Dd,
    Desc,
    Details,
    Dialog,
    Dir,
    Div,
    Dl,
    Dt,
    Em,
    Embed,
    Fieldset,
    Figcaption,
    Figure,
    Font,
    Footer,
    ForeignObject,
    Form,
    Frame,
    Frameset,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    Head,
    Header,
    Hgroup,
    Hr,
    Html,
    I,
    Iframe,
    Image,
    Img,
    Input,
    Keygen,
    Li,
    Link,
    Listing,
    Main,
    Malignmark,
    Marquee,
    Math,
    Menu,
    Meta,
    Mglyph,
    Mi,
    Mn,
    Mo,
    Ms,
    Mtext,
    Nav,
    Nobr,
    Noembed,
    Noframes,
    Noscript,
    Object,
    Ol,
    Optgroup,
    Option,
    P,
    Param,
    Plaintext,
    Pre,
    Ruby,
    S,
    Script,
    Search,
    Section,
    Select,
    Small,
    Source,
    Span,
    Strike,
    Strong,
    Style,
    Sub,
    Summary,
    Sup,
    Svg,
    Table,
    Tbody,
    Td,
    Template,
    Textarea,
    Tfoot,
    Th,
    Thead,
    Title,
    Tr,
    Track,
    Tt,
    U,
    Ul,
    Var,
    Wbr,
    Xmp,
    Other
};

/// What the standard says of an element (WHATWG HTML 13.2.4 and 13.2.6), and `EndsLine`, which is
/// ours. Bits, to be put together.
enum class HtmlTrait : std::uint32_t {
    Void = 1U << 0U,        ///< has neither content nor end tag
    Special = 1U << 1U,     ///< an end tag of something else does not reach over it
    Scope = 1U << 2U,       ///< "in scope" ends at it
    ClosesP = 1U << 3U,     ///< its start tag ends a paragraph
    Formatting = 1U << 4U,  ///< goes on behind a block that closed over it
    Marker = 1U << 5U,      ///< formatting from without does not come in, nor out
    TablePart = 1U << 6U,   ///< stands in a table only, and closes what is open of it
    TableFrame = 1U << 7U,  ///< text may not stand right in it, and comes out before the table
    Raw = 1U << 8U,         ///< its content is no markup
    NeverShown = 1U << 9U,  ///< its content is not for people
    BreaksOut = 1U << 10U,  ///< ends SVG and MathML
    EndsLine = 1U << 11U,   ///< begins and ends a line of text
};

/// The element of that name, whatever the case of its letters.
HtmlTag html_tag(std::string_view name);

/// Whether `tag` has that trait. `Other` has none.
bool has(HtmlTag tag, HtmlTrait trait);

}  // namespace lazaret::filter
