#include "milter/filter/message/html_text.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "milter/filter/message/html_document.hpp"
#include "milter/filter/message/links.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_link_text = 500;  // bytes

bool is_block(GumboTag tag)
{
    switch (tag) {
        case GUMBO_TAG_P:
        case GUMBO_TAG_DIV:
        case GUMBO_TAG_BR:
        case GUMBO_TAG_TR:
        case GUMBO_TAG_TABLE:
        case GUMBO_TAG_LI:
        case GUMBO_TAG_UL:
        case GUMBO_TAG_OL:
        case GUMBO_TAG_H1:
        case GUMBO_TAG_H2:
        case GUMBO_TAG_H3:
        case GUMBO_TAG_H4:
        case GUMBO_TAG_H5:
        case GUMBO_TAG_H6:
        case GUMBO_TAG_BLOCKQUOTE:
        case GUMBO_TAG_PRE:
        case GUMBO_TAG_HR:
        case GUMBO_TAG_DT:
        case GUMBO_TAG_DD:
        case GUMBO_TAG_SECTION:
        case GUMBO_TAG_ARTICLE:
        case GUMBO_TAG_HEADER:
        case GUMBO_TAG_FOOTER:
        case GUMBO_TAG_CENTER:
        case GUMBO_TAG_FORM:
        case GUMBO_TAG_ADDRESS: return true;
        default: return false;
    }
}

bool is_never_shown(GumboTag tag)
{
    switch (tag) {
        case GUMBO_TAG_HEAD:
        case GUMBO_TAG_SCRIPT:
        case GUMBO_TAG_STYLE:
        case GUMBO_TAG_TITLE:
        case GUMBO_TAG_TEMPLATE:
        case GUMBO_TAG_NOFRAMES:
        case GUMBO_TAG_IFRAME:
        case GUMBO_TAG_OBJECT:
        case GUMBO_TAG_NOEMBED: return true;
        default: return false;
    }
}

// What a style attribute says about being seen; senders hide text from readers by all of these.
struct Visibility {
    bool hidden = false;          ///< the element and all in it
    std::optional<bool> no_size;  ///< font-size is 0; all in it, until an element within sets one
};

Visibility visibility_of(std::string_view style)
{
    Visibility out;
    if (style.empty()) return out;
    std::string plain = ";";
    for (const char c : ascii_lower(style))
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') plain += c;
    plain += ';';
    out.hidden = plain.find(";display:none") != std::string::npos ||
                 plain.find(";visibility:hidden") != std::string::npos;
    constexpr std::string_view font_size = ";font-size:";
    if (const auto at = plain.rfind(font_size); at != std::string::npos) {
        const auto digit = plain.find_first_not_of("0.", at + font_size.size());
        out.no_size = digit > at + font_size.size() && (plain[digit] < '1' || plain[digit] > '9');
    }
    return out;
}

class Reader {
public:
    Reader(std::size_t most_text, std::size_t most_links)
        : most_text_{most_text}, most_links_{most_links}
    {
    }

    bool enter(const GumboNode& node)
    {
        if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA)
            add_text(node.v.text.text);
        if (node.type == GUMBO_NODE_WHITESPACE) add_text(" ");
        const auto* element = element_of(&node);
        if (!element) return node.type == GUMBO_NODE_DOCUMENT;
        const auto seen = visibility_of(attribute(*element, "style"));
        if (is_never_shown(element->tag) || seen.hidden ||
            gumbo_get_attribute(&element->attributes, "hidden"))
            return false;
        no_size_.push_back(seen.no_size.value_or(!no_size_.empty() && no_size_.back()));
        if (is_block(element->tag)) new_line();
        if (element->tag == GUMBO_TAG_TD || element->tag == GUMBO_TAG_TH) add_text(" ");
        if (element->tag == GUMBO_TAG_IMG) add_text(attribute(*element, "alt"));
        if (element->tag == GUMBO_TAG_A || element->tag == GUMBO_TAG_AREA)
            add_link(attribute(*element, "href"));
        if (element->tag == GUMBO_TAG_FORM) add_link(attribute(*element, "action"));
        return true;
    }

    void leave(const GumboNode& node)
    {
        const auto* element = element_of(&node);
        if (!element) return;
        no_size_.pop_back();
        if (is_block(element->tag)) new_line();
        if (element->tag == GUMBO_TAG_A) name_links();
    }

    HtmlText finish()
    {
        name_links();
        out_.text = valid_utf8(out_.text);
        out_.text.resize(cut_utf8(out_.text, most_text_).size());
        return std::move(out_);
    }

private:
    // Runs of blanks are one blank; words are added whole, which is what makes this quick.
    void add_text(std::string_view text)
    {
        if (!no_size_.empty() && no_size_.back()) return;
        constexpr std::string_view blanks = " \t\n\r\f";
        while (!text.empty()) {
            const auto word = std::min(text.find_first_not_of(blanks), text.size());
            if (word > 0) blank_due_ = true;
            text.remove_prefix(word);
            if (text.empty()) return;
            const auto length = std::min(text.find_first_of(blanks), text.size());
            if (out_.text.size() + length >= most_text_) {
                out_.cut_short = true;
                return;
            }
            if (blank_due_ && !out_.text.empty() && out_.text.back() != '\n') out_.text += ' ';
            blank_due_ = false;
            out_.text += text.substr(0, length);
            text.remove_prefix(length);
        }
    }

    void new_line()
    {
        blank_due_ = false;
        if (!out_.text.empty() && out_.text.back() != '\n') out_.text += '\n';
    }

    void add_link(std::string_view url)
    {
        url = trimmed(url);
        if (url.empty() || url.front() == '#') return;
        if (out_.links.size() >= most_links_) {
            out_.cut_short = true;
            return;
        }
        const auto kept = cut_utf8(url, longest_url);
        out_.links.push_back({valid_utf8(kept), host_of_url(url), {}});
        open_at_ = out_.text.size();
    }

    // Links do not nest: the parser closes one where the next begins.
    void name_links()
    {
        if (out_.links.empty() || open_at_ == std::string::npos) return;
        const auto start = std::min(open_at_, out_.text.size());
        out_.links.back().text = valid_utf8(
            cut_utf8(trimmed(std::string_view{out_.text}.substr(start)), longest_link_text));
        open_at_ = std::string::npos;
    }

    HtmlText out_;
    std::size_t most_text_;
    std::size_t most_links_;
    bool blank_due_ = false;
    std::vector<bool> no_size_;                ///< of the elements we are in
    std::size_t open_at_ = std::string::npos;  ///< where the text of the open link begins
};

// For what no tree is made of: all outside of tags.
HtmlText read_crudely(std::string_view html, std::size_t most_text, std::size_t most_links)
{
    HtmlText out;
    out.cut_short = true;
    out.too_complex = true;
    for (std::size_t at = 0; at < html.size() && out.text.size() < most_text;) {
        const auto tag = std::min(html.find('<', at), html.size());
        out.text += html.substr(at, std::min(tag - at, most_text - out.text.size()));
        const auto end = html.find('>', tag);
        if (end == std::string_view::npos) break;
        if (tag > at) out.text += ' ';
        at = end + 1;
    }
    out.text = valid_utf8(out.text);
    out.text.resize(cut_utf8(out.text, most_text).size());
    add_links_of_text(html, most_links, out.links);
    for (auto& link : out.links) link.url = valid_utf8(link.url);
    return out;
}

}  // namespace

HtmlText read_html(std::string_view html, std::size_t most_text, std::size_t most_links)
{
    const HtmlDocument document{html};
    if (!document.root()) return read_crudely(html, most_text, most_links);
    Reader reader{most_text, most_links};
    walk(
        document.root(), [&](const GumboNode& node) { return reader.enter(node); },
        [&](const GumboNode& node) { reader.leave(node); });
    auto out = reader.finish();
    out.cut_short = out.cut_short || document.cut_short();
    return out;
}

}  // namespace lazaret::filter
