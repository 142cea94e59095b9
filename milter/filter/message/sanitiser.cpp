#include "milter/filter/message/sanitiser.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/html/shown_text.hpp"
#include "base/text.hpp"
#include "milter/filter/message/allowed_html.hpp"
#include "milter/filter/message/html_document.hpp"
#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/links.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/message/style_attribute.hpp"

namespace lazaret::filter {
namespace {

constexpr auto longest_output = longest_sanitised;
constexpr std::size_t longest_text_only = 64 << 10;  // bytes of text
constexpr std::size_t deepest = 200;                 // elements; those within lose their tags
constexpr int most_rounds = 5;

constexpr std::size_t longest_content_id = 200;  // bytes

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
        id.replace(at, 3, 1, '@');
    return id.size() <= longest_content_id && is_plain_content_id(id) ? id : std::string{};
}

// Adds it escaped for text and for quoted attributes. Control characters would change when parsed
// again, and some turn round what stands beside them.
void add_escaped(std::string& out, std::string_view text)
{
    for (const char c : shown_text(text, text.size())) {
        const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        if (begins && out.size() >= longest_output) return;
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            case '`': out += "&#96;"; break;
            default: out += c;
        }
    }
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

// Whether what it holds may stand far away from what is around it.
bool leaves_line(const GumboElement& element)
{
    constexpr auto in_line = std::to_array<GumboTag>(
        {GUMBO_TAG_SPAN, GUMBO_TAG_B,    GUMBO_TAG_STRONG, GUMBO_TAG_I,     GUMBO_TAG_EM,
         GUMBO_TAG_U,    GUMBO_TAG_S,    GUMBO_TAG_STRIKE, GUMBO_TAG_SMALL, GUMBO_TAG_TT,
         GUMBO_TAG_CODE, GUMBO_TAG_FONT, GUMBO_TAG_ABBR,   GUMBO_TAG_CITE,  GUMBO_TAG_Q,
         GUMBO_TAG_INS,  GUMBO_TAG_DEL,  GUMBO_TAG_MARK,   GUMBO_TAG_KBD,   GUMBO_TAG_SAMP,
         GUMBO_TAG_VAR,  GUMBO_TAG_WBR,  GUMBO_TAG_BDI});
    if (!is_kept(element.tag)) return false;
    if (std::find(in_line.begin(), in_line.end(), element.tag) == in_line.end()) return true;
    const auto style = harmless_style(attribute(element, "style"));
    return style.find("font-size") != std::string::npos ||
           style.find("vertical-align") != std::string::npos;
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
            case GUMBO_NODE_WHITESPACE: write_words(node.v.text.text); return false;
            case GUMBO_NODE_ELEMENT: return enter_element(node.v.element);
            default: return false;  // comments, templates
        }
    }

    void leave(const GumboNode& node)
    {
        const auto& element = node.v.element;
        if (element.tag == GUMBO_TAG_A) close_link();
        if (leaves_line(element)) write_host();
        if (!is_kept(element.tag)) return;
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
    struct Link {
        std::string host;  ///< empty: it has none
        /// Where the last words end behind which it was not written.
        std::optional<std::size_t> end;
        bool has_words = false;  ///< or images
    };

    // Everything of another namespace goes: SVG and MathML hold scripts and change how text parses.
    bool enter_element(const GumboElement& element)
    {
        if (element.tag_namespace != GUMBO_NAMESPACE_HTML || is_dropped(element.tag)) return false;
        if (element.tag == GUMBO_TAG_IMG) return write_image(element), false;
        if (element.tag == GUMBO_TAG_A) open_link(element);
        if (!is_kept(element.tag)) return true;
        if (leaves_line(element)) write_host();
        const bool has_content = !is_void(element.tag);
        if (has_content) open_.push_back(written_open_ < deepest);
        if (written_open_ >= deepest) return has_content;
        out_ += '<';
        out_ += gumbo_normalized_tagname(element.tag);
        write_attributes(element);
        out_ += '>';
        if (!has_content) return false;
        ++written_open_;
        // A parser drops a line end right behind <pre>; give it one to drop.
        if (element.tag == GUMBO_TAG_PRE) out_ += '\n';
        return true;
    }

    void write_attributes(const GumboElement& element)
    {
        for (const auto& rule : kept_attributes()) {
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
            write_words(alternative);
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
        note_words();
    }

    void open_link(const GumboElement& link)
    {
        write_host();
        const auto url = attribute(link, "href");
        const bool is_link = gumbo_get_attribute(&link.attributes, "href") != nullptr;
        auto host = base_.empty() ? host_of_url(url) : host_of_url(base_.with(url));
        links_.push_back({is_link ? std::move(host) : std::string{}, std::nullopt});
    }

    void close_link()
    {
        if (!links_.back().has_words) note_words();
        write_host();
        links_.pop_back();
    }

    void note_words()
    {
        if (links_.empty()) return;
        links_.back().has_words = true;
        links_.back().end = out_.size();
    }

    // Right behind the last words of the link, if it had some since: what moves them moves it.
    void write_host()
    {
        if (links_.empty()) return;
        const auto end = std::exchange(links_.back().end, std::nullopt);
        const auto& host = links_.back().host;
        if (host.empty() || !end) return;
        // In a style of its own: what is around it could hide it.
        std::string shown =
            " <bdi style=\"font-size: 13px; color: #111111; background-color: #ffffff\">[";
        add_escaped(shown, host);
        out_.insert(*end, shown + "]</bdi>");
    }

    void write_words(std::string_view text)
    {
        write_text(text);
        if (trimmed(text).empty()) return;
        note_words();
    }

    void write_text(std::string_view text) { add_escaped(out_, text); }

    const HasImage& has_image_;
    BaseUrl base_;
    std::string out_;
    std::vector<Link> links_;       ///< those we are in
    std::vector<bool> open_;        ///< elements we are in: whether their tag was written
    std::size_t written_open_ = 0;  ///< how many of them were
};

// The text alone, for what no tree, or no stable one, can be made of.
std::string as_text_only(std::string_view html)
{
    return sanitised_text(trimmed(read_html(html, longest_text_only, 0).text));
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

std::string sanitised_text(std::string_view text)
{
    std::string out = "<div style=\"white-space: pre-wrap\">";
    add_escaped(out, text);
    return out += "</div>";
}

std::string sanitised_html(std::string_view html)
{
    return sanitised_html(html, [](std::string_view) { return true; });
}

}  // namespace lazaret::filter
