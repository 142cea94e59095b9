#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter {

/// Cuts HTML into tokens as the standard does (WHATWG HTML 13.2.5), one at each `next()`.
///
/// Takes any bytes. Time is linear in them; nothing is copied or decoded before somebody asks for
/// it. Comments are passed over, and like a browser it swallows a tag that the end of
/// the document cuts. Line ends in text stay as they are written.
///
/// The source must live as long as the tokens.
class HtmlTokens {
public:
    enum class Kind { Text, StartTag, EndTag, Doctype, End };

    /// How the content of an element is read; its start tag decides.
    enum class Content {
        Markup,
        Rcdata,    ///< text with character references, until its end tag
        Rawtext,   ///< text, until its end tag
        Script,    ///< the same, but for scripts in comments in scripts
        Plaintext  ///< text, until the end of the document
    };

    explicit HtmlTokens(std::string_view source);

    /// Goes to the next token. After `End` there is only `End`.
    Kind next();

    /// The text of a `Text`, decoded. A text may come in several tokens.
    /// Valid until the next call of text(), attribute() or next().
    std::string_view text();

    /// What stands between `<!DOCTYPE` and `>`.
    [[nodiscard]] std::string_view doctype() const noexcept { return text_; }

    /// The name of a tag, as written.
    [[nodiscard]] std::string_view name() const noexcept { return name_; }

    /// Whether a start tag ends in `/>`.
    [[nodiscard]] bool self_closing() const noexcept { return self_closing_; }

    /// Whether the start tag has an attribute of that name, which is in small letters.
    [[nodiscard]] bool has_attribute(std::string_view name) const;

    /// The value of the first attribute of that name, decoded; empty when there is none.
    /// Valid until the next call of text(), attribute() or next().
    std::string_view attribute(std::string_view name);

    /// Says how the content of the element is read whose start tag was the last token.
    void read_content_as(Content content);

    /// Says whether we are in SVG or MathML, where `<![CDATA[` begins text.
    void allow_cdata(bool allowed) noexcept { cdata_allowed_ = allowed; }

private:
    struct Attribute {
        std::string_view name;
        std::string_view value;  ///< not decoded
    };

    Kind next_in_markup();
    Kind next_in_raw();
    [[nodiscard]] bool begins_markup(std::size_t at) const;
    Kind give_text(std::size_t end);
    bool read_cdata();
    void skip_past(char end);
    void skip_comment();
    bool read_tag();
    bool read_attribute();
    [[nodiscard]] std::size_t end_of_raw() const;
    [[nodiscard]] std::size_t end_of_script() const;
    [[nodiscard]] bool is_name_at(std::size_t at, std::string_view name) const;
    [[nodiscard]] const Attribute* find(std::string_view name) const;

    std::string_view source_;
    std::size_t at_ = 0;
    bool cdata_allowed_ = false;
    bool has_nul_;

    std::string_view text_;
    Content text_read_as_ = Content::Markup;
    bool is_cdata_ = false;
    std::string_view name_;
    bool self_closing_ = false;
    std::vector<Attribute> attributes_;
    std::string buffer_;  ///< what text() and attribute() had to change

    Content content_ = Content::Markup;
    std::string_view raw_name_;  ///< of the element whose content is no markup
};

}  // namespace lazaret::filter
