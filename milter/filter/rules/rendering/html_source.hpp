#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// Cuts HTML into what the rules' `html_*` tests count: texts, tags, comments.
///
/// Not html_tokens.hpp, which reads as browsers do: rules were tuned to how Perl's HTML::Parser
/// cuts. It has a tag's name go on up to a blank, ends comments at `-- >`, makes what no browser
/// would a comment, and a text that begins with `<` a text of its own; each of these decides tests.
///
/// Any bytes are taken; time is linear in them. The source must live as long.
class HtmlSource {
public:
    enum class Kind { Text, StartTag, EndTag, Comment, Declaration, End };

    explicit HtmlSource(std::string_view source) : source_{source} {}

    /// Goes to the next piece. After `End` there is only `End`.
    Kind next();

    /// What the piece is, as written; of a tag only its name.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    /// Whether character references in a text are none.
    [[nodiscard]] bool is_literal() const noexcept { return is_literal_; }

    struct Attribute {
        std::string_view name;   ///< as written
        std::string_view value;  ///< not decoded; the name when there is no `=`
    };
    /// Of the last start tag, in order.
    [[nodiscard]] const std::vector<Attribute>& attributes() const noexcept { return attributes_; }

private:
    // The elements whose content is no markup.
    enum class Literal { None, Script, Style, Xmp, Iframe, Plaintext, Title, Textarea };
    // <![ ... [
    enum class Section { Include, Rcdata, Cdata, Ignore };

    std::optional<Kind> step();
    std::optional<Kind> read_literal();
    std::optional<Kind> read_section_text();
    std::optional<Kind> read_markup();
    std::optional<Kind> read_start();
    std::optional<Kind> read_end();
    std::optional<Kind> read_declaration();
    std::optional<Kind> read_comment();
    std::optional<Kind> read_doctype();
    std::optional<Kind> read_section();
    std::optional<Kind> read_up_to_gt();
    bool read_attributes(std::size_t& at);
    std::optional<Kind> finish();
    Kind give(Kind kind, std::size_t begin, std::size_t end, std::size_t next);
    Kind give_text(std::size_t end);
    [[nodiscard]] std::size_t last_text_end() const;
    void enter_literal(std::string_view name);
    void leave_section();
    [[nodiscard]] std::size_t skip_blanks(std::size_t at) const;
    [[nodiscard]] char at(std::size_t position) const
    {
        return position < source_.size() ? source_[position] : '\0';
    }

    std::string_view source_;
    std::size_t at_ = 0;
    std::string_view text_;
    std::vector<Attribute> attributes_;
    Literal literal_ = Literal::None;
    bool is_cdata_ = false;             // texts from here on have no character references
    bool is_literal_ = false;           // the last one had none
    bool stays_text_ = false;           // the `<` that comes next is none of a tag
    bool comment_ends_at_gt_ = false;   // near the end, when a comment was never closed
    std::array<bool, 7> has_no_end_{};  // of Literal: no end tag comes any more
    std::string_view pending_end_;      // an end tag that is given before the next tag
    std::optional<Kind> held_;          // what comes behind it
    std::string_view held_text_;
    std::vector<Section> sections_;
    std::size_t read_in_vain_ = 0;  // bytes of declarations that were none in the end
};

}  // namespace lazaret::filter::rules
