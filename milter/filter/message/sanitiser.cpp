#include "milter/filter/message/sanitiser.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "milter/filter/message/html_document.hpp"
#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/links.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/message/style_attribute.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_output = 512 << 10;    // bytes, without the last end tags
constexpr std::size_t longest_text_only = 64 << 10;  // bytes of text
constexpr std::size_t deepest = 200;                 // elements; those within lose their tags
constexpr int most_rounds = 5;

// Elements that stay. What is neither here nor in dropped_elements goes, but its content stays.
constexpr auto kept_elements = std::to_array<GumboTag>({
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
    GUMBO_TAG_KBD,    GUMBO_TAG_SAMP,    GUMBO_TAG_VAR,     GUMBO_TAG_WBR,        GUMBO_TAG_BDO,
    GUMBO_TAG_BDI,
});

// Elements that go with all they hold.
constexpr auto dropped_elements = std::to_array<GumboTag>({
    GUMBO_TAG_HEAD,     GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_TITLE,
    GUMBO_TAG_META,     GUMBO_TAG_LINK,   GUMBO_TAG_BASE,     GUMBO_TAG_TEMPLATE,
    GUMBO_TAG_IFRAME,   GUMBO_TAG_FRAME,  GUMBO_TAG_FRAMESET, GUMBO_TAG_NOFRAMES,
    GUMBO_TAG_NOEMBED,  GUMBO_TAG_EMBED,  GUMBO_TAG_OBJECT,   GUMBO_TAG_APPLET,
    GUMBO_TAG_PARAM,    GUMBO_TAG_SVG,    GUMBO_TAG_MATH,     GUMBO_TAG_AUDIO,
    GUMBO_TAG_VIDEO,    GUMBO_TAG_SOURCE, GUMBO_TAG_TRACK,    GUMBO_TAG_CANVAS,
    GUMBO_TAG_TEXTAREA, GUMBO_TAG_SELECT, GUMBO_TAG_INPUT,
});

// Elements without content and end tag.
constexpr auto void_elements =
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

bool is_length(std::string_view text)
{
    if (text.ends_with('%')) text.remove_suffix(1);
    return text.size() <= 4 && all_of(text, digits);
}

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

// An attribute that stays on any element that stays, when its value is one of these.
struct AttributeRule {
    const char* name;
    bool (*is_good)(std::string_view value);
};
constexpr auto kept_attributes = std::to_array<AttributeRule>({
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

constexpr std::size_t longest_content_id = 200;

// What a Content-ID may hold to be repeated in an attribute.
bool is_plain_content_id(std::string_view id)
{
    return id.size() <= longest_content_id &&
           all_of(id,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  "0123456789.@_-+$=!~");
}

// The Content-ID that `src` names (RFC 2392), or empty.
std::string content_id_of(std::string_view src)
{
    src = trimmed(src);
    constexpr std::string_view scheme = "cid:";
    constexpr std::size_t longest_escape = 3;
    if (src.size() > scheme.size() + longest_content_id * longest_escape ||
        !starts_ignoring_case(src, scheme))
        return {};
    std::string id{src.substr(scheme.size())};
    for (auto at = id.find("%40"); at != std::string::npos; at = id.find("%40"))
        id.replace(at, 3, "@");
    return is_plain_content_id(id) ? id : std::string{};
}

// What the first `base` says that is one: in SVG and in templates there is none.
BaseUrl base_of(const GumboNode* root)
{
    BaseUrl base;
    walk(
        root,
        [&](const GumboNode& node) {
            if (node.type != GUMBO_NODE_ELEMENT || !base.empty()) return false;
            const auto& element = node.v.element;
            if (element.tag == GUMBO_TAG_BASE && element.tag_namespace == GUMBO_NAMESPACE_HTML)
                base = BaseUrl{attribute(element, "href")};
            return true;
        },
        [](const GumboNode&) {});
    return base;
}

class Writer {
public:
    Writer(const HasImage& has_image, BaseUrl base) : has_image_{has_image}, base_{std::move(base)}
    {
    }

    bool enter(const GumboNode& node)
    {
        if (out_.size() >= longest_output) return false;
        switch (node.type) {
            case GUMBO_NODE_TEXT:
            case GUMBO_NODE_CDATA:
            case GUMBO_NODE_WHITESPACE: write_text(node.v.text.text); return false;
            case GUMBO_NODE_ELEMENT: return enter_element(node.v.element);
            default: return false;  // comments, templates
        }
    }

    void leave(const GumboNode& node)
    {
        const auto& element = node.v.element;
        if (element.tag == GUMBO_TAG_A) write_host(element);
        if (!contains(kept_elements, element.tag)) return;
        if (open_.back()) {
            out_ += "</";
            out_ += gumbo_normalized_tagname(element.tag);
            out_ += '>';
            --written_open_;
        }
        open_.pop_back();
    }

    // Without the blanks at the start, which a parser drops.
    std::string finish() { return std::string{trimmed(out_)}; }

private:
    // Everything of another namespace goes: SVG and MathML hold scripts and change how text parses.
    bool enter_element(const GumboElement& element)
    {
        if (element.tag_namespace != GUMBO_NAMESPACE_HTML ||
            contains(dropped_elements, element.tag))
            return false;
        if (element.tag == GUMBO_TAG_IMG) return write_image(element), false;
        if (!contains(kept_elements, element.tag)) return true;
        const bool is_void = contains(void_elements, element.tag);
        if (!is_void) open_.push_back(written_open_ < deepest);
        if (written_open_ >= deepest) return !is_void;
        out_ += '<';
        out_ += gumbo_normalized_tagname(element.tag);
        write_attributes(element);
        out_ += '>';
        if (is_void) return false;
        ++written_open_;
        // A parser drops a line end right behind <pre>; give it one to drop.
        if (element.tag == GUMBO_TAG_PRE) out_ += '\n';
        return true;
    }

    void write_attributes(const GumboElement& element)
    {
        for (const auto& rule : kept_attributes) {
            const auto value = trimmed(attribute(element, rule.name));
            if (!value.empty() && rule.is_good(value)) write_attribute(rule.name, value);
        }
        const auto style = harmless_style(attribute(element, "style"));
        if (!style.empty()) write_attribute("style", style);
    }

    void write_attribute(std::string_view name, std::string_view value)
    {
        out_ += ' ';
        out_ += name;
        out_ += "=\"";
        write_text(value);
        out_ += '"';
    }

    void write_image(const GumboElement& element)
    {
        const auto alternative = trimmed(attribute(element, "alt"));
        const auto id = content_id_of(attribute(element, "src"));
        if (id.empty() || !has_image_(id)) {
            write_text(alternative);
            return;
        }
        out_ += "<img";
        write_attribute("src", "cid:" + id);
        write_attribute("alt", alternative);
        for (const char* name : {"width", "height"}) {
            const auto value = trimmed(attribute(element, name));
            if (is_length(value)) write_attribute(name, value);
        }
        out_ += '>';
    }

    void write_host(const GumboElement& link)
    {
        if (!gumbo_get_attribute(&link.attributes, "href")) return;
        const auto url = attribute(link, "href");
        const auto host = base_.empty() ? host_of_url(url) : host_of_url(base_.with(url));
        if (host.empty()) return;
        out_ += " [";
        write_text(host);
        out_ += ']';
    }

    // Escaped for text and for quoted attributes. Control characters would change when parsed
    // again.
    void write_text(std::string_view text)
    {
        for (const char c : text) {
            const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            if (begins && out_.size() >= longest_output) return;
            switch (c) {
                case '&': out_ += "&amp;"; break;
                case '<': out_ += "&lt;"; break;
                case '>': out_ += "&gt;"; break;
                case '"': out_ += "&quot;"; break;
                case '\'': out_ += "&#39;"; break;
                case '`': out_ += "&#96;"; break;
                case '\n':
                case '\t': out_ += c; break;
                default: out_ += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
            }
        }
    }

    const HasImage& has_image_;
    BaseUrl base_;
    std::string out_;
    std::vector<bool> open_;        ///< elements we are in: whether their tag was written
    std::size_t written_open_ = 0;  ///< how many of them were
};

// The text alone, for what no tree, or no stable one, can be made of.
std::string as_text_only(std::string_view html)
{
    std::string escaped;
    for (const char c : read_html(html, longest_text_only, 0).text) {
        if (c == '&') escaped += "&amp;";
        else if (c == '<') escaped += "&lt;";
        else if (c == '>') escaped += "&gt;";
        else if (c == '\n') escaped += "<br>";
        else escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return "<div>" + escaped + "</div>";
}

std::string sanitised_once(std::string_view html, const HasImage& has_image)
{
    const HtmlDocument document{html};
    if (!document.root()) return as_text_only(html);
    Writer writer{has_image, base_of(document.root())};
    walk(
        document.root(), [&](const GumboNode& node) { return writer.enter(node); },
        [&](const GumboNode& node) { writer.leave(node); });
    return writer.finish();
}

}  // namespace

std::string sanitised_html(std::string_view html, const HasImage& has_image)
{
    // An element that goes may leave two together that a parser does not nest (<p><object><p>),
    // and a browser would build another tree than the one that was judged. So it is done again
    // until nothing changes; once is nearly always enough.
    const auto valid = valid_utf8(html);
    auto out = sanitised_once(valid, has_image);
    for (int round = 1; round < most_rounds; ++round) {
        auto again = sanitised_once(out, has_image);
        if (again == out) return out;
        out = std::move(again);
    }
    return as_text_only(valid);
}

std::string sanitised_html(std::string_view html)
{
    return sanitised_html(html, [](std::string_view) { return true; });
}

}  // namespace lazaret::filter
