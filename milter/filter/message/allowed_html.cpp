#include "milter/filter/message/allowed_html.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter {
namespace {

constexpr auto kept = std::to_array<GumboTag>({
    GUMBO_TAG_P,      GUMBO_TAG_BR,      GUMBO_TAG_DIV,     GUMBO_TAG_SPAN,       GUMBO_TAG_B,
    GUMBO_TAG_STRONG, GUMBO_TAG_I,       GUMBO_TAG_EM,      GUMBO_TAG_U,          GUMBO_TAG_S,
    GUMBO_TAG_STRIKE, GUMBO_TAG_SUB,     GUMBO_TAG_SUP,     GUMBO_TAG_SMALL,      GUMBO_TAG_BIG,
    GUMBO_TAG_TT,     GUMBO_TAG_CODE,    GUMBO_TAG_PRE,     GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_UL,
    GUMBO_TAG_OL,     GUMBO_TAG_LI,      GUMBO_TAG_DL,      GUMBO_TAG_DT,         GUMBO_TAG_DD,
    GUMBO_TAG_TABLE,  GUMBO_TAG_CAPTION, GUMBO_TAG_THEAD,   GUMBO_TAG_TBODY,      GUMBO_TAG_TFOOT,
    GUMBO_TAG_TR,     GUMBO_TAG_TD,      GUMBO_TAG_TH,      GUMBO_TAG_COLGROUP,   GUMBO_TAG_COL,
    GUMBO_TAG_H1,     GUMBO_TAG_H2,      GUMBO_TAG_H3,      GUMBO_TAG_H4,         GUMBO_TAG_H5,
    GUMBO_TAG_H6,     GUMBO_TAG_HR,      GUMBO_TAG_CENTER,  GUMBO_TAG_FONT,       GUMBO_TAG_ADDRESS,
    GUMBO_TAG_ABBR,   GUMBO_TAG_CITE,    GUMBO_TAG_Q,       GUMBO_TAG_INS,        GUMBO_TAG_DEL,
    GUMBO_TAG_MARK,   GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_HEADER,     GUMBO_TAG_FOOTER,
    GUMBO_TAG_KBD,    GUMBO_TAG_SAMP,    GUMBO_TAG_VAR,     GUMBO_TAG_WBR,        GUMBO_TAG_BDI,
});

constexpr auto dropped = std::to_array<GumboTag>({
    GUMBO_TAG_HEAD,     GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_TITLE,
    GUMBO_TAG_META,     GUMBO_TAG_LINK,   GUMBO_TAG_BASE,     GUMBO_TAG_TEMPLATE,
    GUMBO_TAG_IFRAME,   GUMBO_TAG_FRAME,  GUMBO_TAG_FRAMESET, GUMBO_TAG_NOFRAMES,
    GUMBO_TAG_NOEMBED,  GUMBO_TAG_EMBED,  GUMBO_TAG_OBJECT,   GUMBO_TAG_APPLET,
    GUMBO_TAG_PARAM,    GUMBO_TAG_SVG,    GUMBO_TAG_MATH,     GUMBO_TAG_AUDIO,
    GUMBO_TAG_VIDEO,    GUMBO_TAG_SOURCE, GUMBO_TAG_TRACK,    GUMBO_TAG_CANVAS,
    GUMBO_TAG_TEXTAREA, GUMBO_TAG_SELECT, GUMBO_TAG_INPUT,
});

constexpr auto without_content =
    std::to_array<GumboTag>({GUMBO_TAG_BR, GUMBO_TAG_HR, GUMBO_TAG_COL, GUMBO_TAG_WBR});

template <class List>
bool contains(const List& list, GumboTag tag)
{
    return std::find(list.begin(), list.end(), tag) != list.end();
}

bool all_of(std::string_view text, std::string_view allowed)
{
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_small_number(std::string_view text) { return text.size() <= 3 && all_of(text, digits); }

bool is_colour(std::string_view text)
{
    if (text.starts_with('#'))
        return text.size() <= 7 && all_of(text.substr(1), "0123456789abcdefABCDEF");
    return text.size() <= 24 && all_of(text, letters);
}

bool is_keyword(std::string_view text) { return text.size() <= 12 && all_of(text, letters); }

bool is_language(std::string_view text)
{
    return text.size() <= 24 && text.find_first_not_of(letters) != 0 &&
           text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
               std::string_view::npos;
}

bool is_font_size(std::string_view text)
{
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return text.size() == 1 && all_of(text, digits);
}

constexpr auto attributes = std::to_array<AttributeRule>({
    {"align", is_keyword},
    {"bgcolor", is_colour},
    {"border", is_small_number},
    {"cellpadding", is_small_number},
    {"cellspacing", is_small_number},
    {"color", is_colour},
    {"colspan", is_small_number},
    {"dir", is_keyword},
    {"height", is_length},
    {"lang", is_language},
    {"rowspan", is_small_number},
    {"size", is_font_size},
    {"start", is_small_number},
    {"valign", is_keyword},
    {"width", is_length},
});

}  // namespace

bool is_kept(GumboTag tag) { return contains(kept, tag); }
bool is_dropped(GumboTag tag) { return contains(dropped, tag); }
bool is_void(GumboTag tag) { return contains(without_content, tag); }

std::span<const AttributeRule> kept_attributes() { return attributes; }

bool is_length(std::string_view text)
{
    if (text.ends_with('%')) text.remove_suffix(1);
    return text.size() <= 4 && all_of(text, digits);
}

bool is_plain_content_id(std::string_view id)
{
    return all_of(id,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  "0123456789.@_-+$=!~");
}

}  // namespace lazaret::filter
