#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "milter/filter/message/html_tags.hpp"
#include "milter/filter/message/visibility.hpp"

namespace lazaret::filter {

/// The stack of open elements of an HTML parser (WHATWG HTML 13.2.4.2 and 13.2.6), without a tree:
/// which end tags close what, which elements end by themselves, what stands outside of the table
/// that it is written in, and so what of the text is seen.
///
/// Where a browser's work cannot be followed in a stack alone, or browsers differ, text counts as
/// seen: who writes to fool a filter gains nothing by being read. What is not followed: text that
/// comes out of a table keeps its place, framesets, and what html, body, head and noscript say
/// about being seen.
///
/// The stack is bounded, and so is how many elements are moved in it. Behind an element that is
/// nested deeper, or when too many were moved, all text counts as seen. A tag costs at most the
/// stack's depth. Names must live as long as this.
class OpenElements {
public:
    struct StartTag {
        HtmlTag tag = HtmlTag::Other;
        std::string_view name;
        bool self_closing = false;
        bool styles_font = false;   ///< it has one of the attributes color, face and size
        bool encodes_html = false;  ///< its attribute `encoding` says that HTML is in it
        Visibility visibility;
    };

    /// What a tag led to.
    struct Change {
        bool seen = false;       ///< there is an element, and a reader may see it
        bool sized = false;      ///< letters of it have a size
        bool raw = false;        ///< what follows is its content, which is no markup
        bool ends_line = false;  ///< a block began or ended
        bool ends_link = false;  ///< an `a` ended
    };

    /// @param source_bytes  length of the document, by which it is bounded how many elements are
    ///                      moved.
    explicit OpenElements(std::size_t source_bytes);

    /// Reads as browsers do without a DOCTYPE, or with an old one. Before anything else; so it is
    /// unless somebody says otherwise.
    void set_quirks(bool quirks) { quirks_ = quirks; }

    Change start(const StartTag& tag);
    Change end(HtmlTag tag, std::string_view name);
    Change end_document();

    /// Goes to where text is put.
    void begin_text() { resume_formatting(); }

    /// Whether text that is put here now is seen.
    [[nodiscard]] bool text_is_seen() const;

    /// Whether we are in SVG or MathML.
    [[nodiscard]] bool in_foreign() const { return stack_.back().kind != Kind::Html; }

    /// Whether we are in a template, which is no part of the document.
    [[nodiscard]] bool in_template() const;

    /// Whether elements were nested deeper, or moved more often, than the bounds.
    [[nodiscard]] bool too_complex() const { return too_complex_; }

    /// Whether an end tag took hidden text out of what hid it: `<b><span hidden><p>seen</b>`. What
    /// is seen is known then only after it was read.
    [[nodiscard]] bool revealed() const { return revealed_; }

private:
    enum class Kind : std::uint8_t { Html, Svg, Math };

    struct ElementName {
        HtmlTag tag = HtmlTag::Other;
        std::uint32_t hash = 0;  ///< of `Other`: names are compared once for each open element
        std::string_view text;   ///< as written

        [[nodiscard]] bool is(const ElementName& other) const;
    };
    static std::uint32_t name_hash(std::string_view name);

    struct Element : ElementName {
        Kind kind = Kind::Html;
        bool html_inside = false;  ///< of SVG or MathML, with HTML in it (an integration point)
        bool hidden = false;       ///< this and the next: with what it inherits
        bool no_size = false;
        Visibility own;
        std::size_t suspended_before = 0;  ///< of a marker: how much was suspended
        std::size_t outer_base = 0;        ///< of a marker: base_ without it
    };

    using Position = std::optional<std::size_t>;
    template <class Matches, class Stops>
    [[nodiscard]] Position find(Matches matches, Stops stops) const;
    [[nodiscard]] Position find_in_scope(HtmlTag tag) const;
    [[nodiscard]] Position find_table() const;
    [[nodiscard]] bool has_open(HtmlTag tag) const;
    [[nodiscard]] bool in_table() const;
    [[nodiscard]] bool in_select() const;
    [[nodiscard]] const Element& parent_of(std::size_t position, HtmlTag tag, Kind kind) const;

    void inherit(std::size_t position);
    void push(const StartTag& tag, Kind kind);
    void push_implied(HtmlTag tag);
    void enter(const StartTag& tag, Kind kind);
    void close_from(std::size_t position, bool by_own_tag);
    void take_out(std::size_t position);
    void close_in_scope(HtmlTag tag);
    bool suspend(const Element& element, std::size_t position);
    void resume_formatting();

    [[nodiscard]] static bool is_never_shown(HtmlTag tag, Kind kind);
    [[nodiscard]] static bool is_special(const Element& element);
    bool start_in_select(const StartTag& tag);
    void start_raw(const StartTag& tag);
    void start_in_body(const StartTag& tag);
    void start_form(const StartTag& tag);
    void start_table(const StartTag& tag);
    void start_table_part(const StartTag& tag);
    void start_foreign(const StartTag& tag);
    [[nodiscard]] bool is_foreign(const StartTag& tag) const;
    void leave_foreign();
    void close_what_ends_at(const StartTag& tag);
    void close_item(HtmlTag tag);
    void take_out_link();

    bool end_foreign(const ElementName& name);
    void end_in_body(const ElementName& name);
    void end_table_part(HtmlTag tag);
    void end_heading();
    void end_paragraph();
    void end_form();
    void end_formatting(HtmlTag tag);
    void note_moved(std::size_t elements);
    [[nodiscard]] std::size_t move_into_block(std::size_t formatting, std::size_t block);
    void end_other(const ElementName& name);

    std::vector<Element> stack_;      ///< the first is `html`, and stays
    std::vector<Element> suspended_;  ///< formatting that goes on when there is text again
    std::size_t base_ = 0;            ///< what is suspended below stands outside of a marker
    std::array<std::uint16_t, static_cast<std::size_t>(HtmlTag::Other) + 1> open_{};  ///< counts
    bool form_is_open_ = false;
    bool too_complex_ = false;
    std::size_t moves_left_;  ///< elements
    bool quirks_ = true;
    bool revealed_ = false;
    Change change_;
};

// From the top down: the first that matches, before one that stops.
template <class Matches, class Stops>
OpenElements::Position OpenElements::find(Matches matches, Stops stops) const
{
    for (auto at = stack_.size(); at-- > 1;) {
        if (matches(stack_[at])) return at;
        if (stops(stack_[at])) break;
    }
    return std::nullopt;
}

}  // namespace lazaret::filter
