#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_hash.hpp"
#include "milter/filter/rules/rendering/html_elements.hpp"
#include "milter/filter/rules/rendering/html_rendering.hpp"
#include "milter/filter/rules/rendering/html_source.hpp"
#include "milter/filter/rules/rendering/text_styles.hpp"

namespace lazaret::filter::rules {

/// The work of render_html(): goes through the pieces of one document.
///
/// What a document can have many of is bounded: what comes behind is rendered, but not listed.
class HtmlRenderer {
public:
    static constexpr std::size_t most_listed =
        20'000;  ///< links, addresses, comments, ..., of each
    static constexpr std::size_t most_uri_bytes = 4 << 20;

    HtmlRenderer(std::string_view html, bool is_wide);
    HtmlRendering run();

private:
    void start_tag();
    void end_tag();
    HtmlElements::Seen& count(std::string_view name, int step);
    void put_space(Spacing spacing);
    void read_text();
    void note_obfuscation(std::string_view text, bool is_wide);
    [[nodiscard]] bool is_invisible();
    void put_text(std::string_view text, bool is_invisible, bool is_wide);
    void put(std::string_view text, bool is_invisible, bool is_wide);

    void note_tests(const ElementTraits& traits);
    void note_font_face(std::string_view face);
    void note_image();
    void note_meta();
    void note_uris(const ElementTraits& traits);
    void note_link(UriElement element);
    void note_base();
    void note_refresh(std::string_view content);
    void add_uri(UriElement element, std::string_view uri);
    std::string_view canonical(std::string_view uri);
    HtmlUri* uri_entry(std::string_view uri);
    void open_anchor(std::string_view href);
    void finish();

    /// attribute(), but one that is written `x/href=` by mistake comes first.
    std::optional<std::string_view> odd_or_plain_attribute(std::string_view name);
    /// The value of an attribute, decoded; none when it is absent, empty when it has no value.
    /// Valid until the next call.
    std::optional<std::string_view> attribute(std::string_view name);
    [[nodiscard]] bool has_attribute(std::string_view name) const;

    HtmlSource source_;
    bool is_wide_;
    HtmlRendering out_;
    HtmlFacts& facts_;
    HtmlElements elements_;
    TextStyles styles_;
    TextStyles::Attribute style_attribute_;
    std::string buffer_;  // of the text at hand, decoded
    std::string squeezed_;
    std::string value_;  // of the attribute at hand

    // The piece of text that was put last.
    bool has_last_ = false;
    bool last_is_space_ = false;
    bool last_is_invisible_ = false;
    bool last_is_wide_ = false;
    std::size_t last_size_ = 0;
    bool has_invisible_ = false;  // visible text is kept apart from here on

    int open_anchors_ = 0;
    int open_titles_ = 0;
    int open_scripts_ = 0;
    int open_styles_ = 0;
    std::string base_;
    TextMap<std::size_t> uri_index_;
    std::size_t uri_bytes_ = 0;
    bool has_all_uris_ = false;  // as many as are listed
    bool skips_anchor_ = false;  // the open one is not listed

    std::size_t tags_ = 0;
    std::size_t valid_tags_ = 0;
    std::size_t names_ = 0;
    std::size_t valid_names_ = 0;
    std::size_t extra_ends_ = 0;
    std::size_t obfuscations_ = 0;
    std::uint64_t backhairs_ = 0;  // one bit for each pair of lengths, 1 to 7
};

}  // namespace lazaret::filter::rules
