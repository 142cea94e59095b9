#include "milter/filter/message/html_text.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/message/doctype.hpp"
#include "milter/filter/message/html_tags.hpp"
#include "milter/filter/message/html_tokens.hpp"
#include "milter/filter/message/links.hpp"
#include "milter/filter/message/open_elements.hpp"
#include "milter/filter/message/visibility.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_link_text = 500;  // bytes

constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f';
}

// How the content of an element is read that is no markup.
HtmlTokens::Content content_of(HtmlTag tag)
{
    switch (tag) {
        case HtmlTag::Title:
        case HtmlTag::Textarea: return HtmlTokens::Content::Rcdata;
        case HtmlTag::Script: return HtmlTokens::Content::Script;
        case HtmlTag::Plaintext: return HtmlTokens::Content::Plaintext;
        default: return HtmlTokens::Content::Rawtext;
    }
}

// Elements whose letters have a size of their own.
bool has_own_size(HtmlTag tag)
{
    return tag == HtmlTag::Button || tag == HtmlTag::Input || tag == HtmlTag::Select ||
           tag == HtmlTag::Textarea;
}

class Reader {
public:
    Reader(std::string_view html, std::size_t most_text, std::size_t most_links, bool hides)
        : tokens_{html},
          open_{html.size()},
          most_text_{most_text},
          most_links_{most_links},
          hides_{hides}
    {
    }

    /// Whether text counted as hidden that was not. Nothing more is read then.
    [[nodiscard]] bool revealed() const { return revealed_ || open_.revealed(); }

    HtmlText run()
    {
        while (!revealed()) {
            switch (tokens_.next()) {
                case HtmlTokens::Kind::Text: read_text(); break;
                case HtmlTokens::Kind::StartTag: read_start_tag(); break;
                case HtmlTokens::Kind::EndTag:
                    begun_ = true;
                    take(open_.end(html_tag(tokens_.name()), tokens_.name()));
                    break;
                case HtmlTokens::Kind::Doctype:
                    if (!begun_) open_.set_quirks(asks_for_quirks(tokens_.doctype()));
                    begun_ = true;
                    break;
                case HtmlTokens::Kind::End: return finish();
            }
        }
        return {};
    }

private:
    void read_text()
    {
        begun_ = begun_ || !trimmed(tokens_.text()).empty();
        open_.begin_text();
        if (open_.text_is_seen()) add_text(tokens_.text());
    }

    void read_start_tag()
    {
        begun_ = true;
        const auto tag = html_tag(tokens_.name());
        const auto change = open_.start({tag, tokens_.name(), tokens_.self_closing(),
                                         styles_font(tag), encodes_html(tag), visibility(tag)});
        take(change);
        if (is_style_sheet(tag)) read_style_sheet();
        read_link(tag, change.seen);
        if (change.seen) read_seen(tag, change.sized);
        if (change.raw) read_raw(tag, change.seen && change.sized);
    }

    void read_seen(HtmlTag tag, bool sized)
    {
        switch (tag) {
            case HtmlTag::Td:
            case HtmlTag::Th: blank_due_ = true; break;
            case HtmlTag::Image:
            case HtmlTag::Img:
                if (sized) add_text(tokens_.attribute("alt"));
                break;
            case HtmlTag::Input:
                if (sized) read_input();
                break;
            case HtmlTag::Optgroup:
            case HtmlTag::Option:
                if (sized) add_words(tokens_.attribute("label"));
                break;
            case HtmlTag::Textarea:
                if (sized) add_words(tokens_.attribute("placeholder"));
                break;
            default: break;
        }
    }

    // What is written on a button or in a field.
    void read_input()
    {
        constexpr auto wordless = std::to_array<std::string_view>(
            {"hidden", "password", "checkbox", "radio", "file", "color", "range"});
        const std::string type{tokens_.attribute("type")};
        const bool shows_words = std::none_of(wordless.begin(), wordless.end(), [&](auto one) {
            return same_ignoring_case(type, one);
        });
        if (!shows_words) return;
        for (const auto* name : {"value", "placeholder", "alt"}) add_words(tokens_.attribute(name));
    }

    // Also where it is hidden: not all mail programs hide what browsers hide.
    void read_link(HtmlTag tag, bool seen)
    {
        switch (tag) {
            case HtmlTag::A:
            case HtmlTag::Area: {
                const bool has_href = tokens_.has_attribute("href");
                return add_link(open_.in_foreign() && !has_href ? "xlink:href" : "href",
                                seen && tag == HtmlTag::A);
            }
            case HtmlTag::Form: return add_link("action", seen && open_at_ == std::string::npos);
            case HtmlTag::Button:
            case HtmlTag::Input: return add_link("formaction", false);
            case HtmlTag::Base:
                if (base_.empty() && !open_.in_foreign() && !open_.in_template())
                    base_ = BaseUrl{tokens_.attribute("href")};
                return;
            default: return;
        }
    }

    bool is_style_sheet(HtmlTag tag)
    {
        return tag == HtmlTag::Style ||
               (tag == HtmlTag::Link && find_ignoring_case(tokens_.attribute("rel"),
                                                           "stylesheet") != std::string_view::npos);
    }

    // It may show what attributes hide, and is not read. So in a letter with one nothing is hidden.
    void read_style_sheet()
    {
        revealed_ = has_hidden_;
        hides_ = false;
    }

    void read_raw(HtmlTag tag, bool seen)
    {
        tokens_.read_content_as(content_of(tag));
        // What comes behind is the end tag of this element, or the end.
        if (tokens_.next() != HtmlTokens::Kind::Text) return;
        if (seen) add_text(tokens_.text());
        tokens_.next();
    }

    void take(const OpenElements::Change& change)
    {
        if (change.ends_line) new_line();
        if (change.ends_link) name_links();
        tokens_.allow_cdata(open_.in_foreign());
    }

    Visibility visibility(HtmlTag tag)
    {
        if (!hides_) return {};
        auto out = visibility_of(tokens_.attribute("style"));
        if (!out.no_display && tokens_.has_attribute("hidden")) out.no_display = true;
        const bool sized = has_own_size(tag) ||
                           (tag == HtmlTag::Font && tokens_.has_attribute("size")) ||
                           (open_.in_foreign() && tokens_.has_attribute("font-size"));
        if (!out.no_size && sized) out.no_size = false;
        has_hidden_ = has_hidden_ || out.no_display == true || out.no_size == true;
        return out;
    }

    bool styles_font(HtmlTag tag) const
    {
        return tag == HtmlTag::Font && open_.in_foreign() &&
               (tokens_.has_attribute("color") || tokens_.has_attribute("face") ||
                tokens_.has_attribute("size"));
    }

    bool encodes_html(HtmlTag tag)
    {
        if (tag != HtmlTag::AnnotationXml) return false;
        const auto encoding = tokens_.attribute("encoding");
        return same_ignoring_case(encoding, "text/html") ||
               same_ignoring_case(encoding, "application/xhtml+xml");
    }

    HtmlText finish()
    {
        take(open_.end_document());
        name_links();
        complete_links();
        out_.cut_short = out_.cut_short || open_.too_complex();
        return std::move(out_);
    }

    // Runs of blanks are one blank; words are added whole, which is what makes this quick.
    void add_text(std::string_view text)
    {
        for (std::size_t at = 0;;) {
            const auto blanks = at;
            while (at < text.size() && is_blank(text[at])) ++at;
            if (at > blanks) blank_due_ = true;
            if (at == text.size()) return;
            const auto word = at;
            while (at < text.size() && !is_blank(text[at])) ++at;
            if (out_.text.size() + (at - word) >= most_text_) {
                out_.cut_short = true;
                return;
            }
            if (blank_due_ && !out_.text.empty() && out_.text.back() != '\n') out_.text += ' ';
            blank_due_ = false;
            out_.text += text.substr(word, at - word);
        }
    }

    // Words apart from those around them.
    void add_words(std::string_view text)
    {
        if (trimmed(text).empty()) return;
        blank_due_ = true;
        add_text(text);
        blank_due_ = true;
    }

    void new_line()
    {
        blank_due_ = false;
        if (!out_.text.empty() && out_.text.back() != '\n') out_.text += '\n';
    }

    // Text is sought of a link that is seen and holds some, not of one that stands within it.
    void add_link(std::string_view name, bool has_text)
    {
        if (!tokens_.has_attribute(name)) return;
        const auto url = trimmed(tokens_.attribute(name));
        if (url.empty() || url.front() == '#') {
            leads_to_base_ = true;
            return;
        }
        if (!push_link(url) || !has_text) return;
        open_link_ = out_.links.size() - 1;
        open_at_ = out_.text.size();
    }

    bool push_link(std::string_view url)
    {
        const bool fits = out_.links.size() < most_links_;
        if (fits) out_.links.push_back({std::string{url}, {}, {}});
        else out_.cut_short = true;
        return fits;
    }

    // A `base` counts for the links before it, too, and for those to the letter itself. So only now
    // it is known what a host is, and what can be cut.
    void complete_links()
    {
        if (leads_to_base_ && !base_.empty()) push_link({});
        for (auto& link : out_.links) {
            const auto url = base_.empty() ? std::move(link.url) : base_.with(link.url);
            link.url = kept_url(url);
            link.host = host_of_url(url);
        }
    }

    // Links do not nest: the parser closes one where the next begins.
    void name_links()
    {
        if (open_at_ == std::string::npos) return;
        const auto start = std::min(open_at_, out_.text.size());
        out_.links[open_link_].text =
            cut_utf8(trimmed(std::string_view{out_.text}.substr(start)), longest_link_text);
        open_at_ = std::string::npos;
    }

    HtmlTokens tokens_;
    OpenElements open_;
    HtmlText out_;
    std::size_t most_text_;
    std::size_t most_links_;
    bool hides_;  ///< attributes can hide text
    bool has_hidden_ = false;
    bool revealed_ = false;
    BaseUrl base_;
    bool leads_to_base_ = false;  ///< a link names no place but one in the letter
    bool begun_ = false;          ///< a DOCTYPE counts no more
    bool blank_due_ = false;
    std::size_t open_link_ = 0;                ///< which link is open
    std::size_t open_at_ = std::string::npos;  ///< where the text of the open link begins
};

}  // namespace

HtmlText read_html(std::string_view html, std::size_t most_text, std::size_t most_links)
{
    Reader reader{html, most_text, most_links, true};
    auto out = reader.run();
    if (!reader.revealed()) return out;
    return Reader{html, most_text, most_links, false}.run();
}

}  // namespace lazaret::filter
