#include "milter/filter/rules/rendering/html_renderer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/rendering/attribute_words.hpp"
#include "milter/filter/rules/rendering/body_texts.hpp"
#include "milter/filter/rules/rendering/html_references.hpp"
#include "milter/filter/rules/rendering/rule_charset.hpp"

namespace lazaret::filter::rules {
namespace {

// ASCII letters, digits and control characters, and all that is not ASCII: what words are made of,
// also those that are written to look like words.
bool is_of_word(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x7F) return true;
    return !is_blank(c) && (byte < 0x21 || is_digit(c) || is_letter(c));
}

// The characters at one end of a piece of text, the nearest first: whether each is of a word, and
// is a word's in Perl's eyes.
struct Edge {
    static constexpr std::size_t most = 7;
    std::array<bool, most + 1> is_word{};
    std::size_t of_word = 0;  // at most 7
};

// The character that `text` begins with. Beyond ASCII roughly: punctuation and symbols are none.
bool is_perl_word(std::string_view text, bool is_wide)
{
    const char c = text[0];
    if (static_cast<unsigned char>(c) < 0x80) return is_word(c);
    if (!is_wide) return false;
    if (c == '\xC2')
        return text.starts_with("\xC2\xAA") || text.starts_with("\xC2\xB5") ||
               text.starts_with("\xC2\xBA");
    if (c == '\xC3') return !text.starts_with("\xC3\x97") && !text.starts_with("\xC3\xB7");
    if (c == '\xE2')  // joiners count
        return text.starts_with("\xE2\x80\x8C") || text.starts_with("\xE2\x80\x8D");
    return !text.starts_with("\xE3\x80") && !text.starts_with("\xEF\xBF");
}

bool is_of_word_at(std::string_view text, bool is_wide)
{
    return is_of_word(text[0]) && !(is_wide && begins_with_blank(text));
}

bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

Edge last_edge(std::string_view text, bool is_wide)
{
    Edge edge;
    std::size_t count = 0;
    for (bool counts = true; !text.empty() && count <= Edge::most; ++count) {
        auto begin = text.size() - 1;
        while (begin > 0 && goes_on(text[begin])) --begin;
        edge.is_word[count] = is_perl_word(text.substr(begin), is_wide);
        counts = counts && count < Edge::most && is_of_word_at(text.substr(begin), is_wide);
        if (counts) ++edge.of_word;
        text = text.substr(0, begin);
    }
    return edge;
}

Edge first_edge(std::string_view text, bool is_wide)
{
    Edge edge;
    std::size_t count = 0;
    for (bool counts = true; !text.empty() && count <= Edge::most; ++count) {
        edge.is_word[count] = is_perl_word(text, is_wide);
        counts = counts && count < Edge::most && is_of_word_at(text, is_wide);
        if (counts) ++edge.of_word;
        std::size_t end = 1;
        while (end < text.size() && goes_on(text[end])) ++end;
        text.remove_prefix(end);
    }
    return edge;
}

// The longest stretch of at most seven characters of a word that a word's border ends; 0: none.
std::size_t length_to_border(const Edge& edge)
{
    for (auto length = edge.of_word; length > 0; --length)
        if (edge.is_word[length] != edge.is_word[length - 1]) return length;
    return 0;
}

// Font names as they should be: words in letters, perhaps quoted, in a list.
bool is_good_font_face(std::string_view face)
{
    const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
    const auto take_any = [&face](std::string_view of) {
        if (face.empty() || of.find(face[0]) == std::string_view::npos) return false;
        face.remove_prefix(1);
        return true;
    };
    for (bool is_first = true;; is_first = false) {
        bool after_space = false;
        while (!face.empty() && is_blank(face[0])) {
            after_space = is_first && face[0] == ' ';
            face.remove_prefix(1);
        }
        const bool is_quoted = take_any(is_first ? "\"'." : "\"'");
        std::size_t length = 0;
        while (length < face.size() &&
               (is_letter(face[length]) || face[length] == ' ' || face[length] == '-'))
            ++length;
        if (length == 0 || !is_letter(face[length - 1]) || face[0] == '-') return false;
        if (face[0] == ' ' && !is_first) return false;
        if (length < 2 && (is_quoted || !after_space)) return false;
        face.remove_prefix(length);
        take_any("0123456789");
        take_any("\"'");
        if (!take_any(",")) break;
    }
    take_any(";");
    return face.empty() || face == "\n";
}

// What is no text, but with the changes that are made to the whole source before it is cut:
// `&nbsp;` is a blank, and `<br/>` is `<br>`.
std::string as_rules_see(std::string_view text)
{
    constexpr std::string_view space = "&nbsp;";
    std::string out;
    out.reserve(text.size());
    std::size_t word = std::string::npos;  // where a tag's name begins in `out`
    while (!text.empty()) {
        const char c = text[0];
        if (c == '&' && text.starts_with(space)) {
            out += ' ';
            text.remove_prefix(space.size());
            continue;
        }
        if (c == '<') {
            word = out.size() + 1;
        } else if (c == '/' && word < out.size() && text.starts_with("/>")) {
            while (is_blank(out.back())) out.pop_back();
            word = std::string::npos;
            text.remove_prefix(1);
            continue;
        } else if (word != std::string::npos && !is_blank(c) &&
                   (!is_perl_word(text, true) || (out.size() > word && is_blank(out.back())))) {
            word = std::string::npos;
        } else if (is_blank(c) && word == out.size()) {
            word = std::string::npos;
        }
        out += c;
        text.remove_prefix(1);
    }
    return out;
}

// Text without characters above U+00FF is bytes of Latin-1 to rules.
void make_bytes_if_narrow(std::string& text)
{
    const bool is_narrow = std::all_of(text.begin(), text.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0xC4; });
    if (is_narrow && !is_ascii(text)) text = latin1_of(text);
}

// A width or height: pixels, or of a hundred with that many pixels each.
std::uint64_t read_size(std::string_view text, std::uint64_t per_cent)
{
    constexpr std::uint64_t most = 1'000'000;
    constexpr std::uint64_t guess = 200;
    std::uint64_t size = 0;
    std::size_t at = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
        size = std::min(size * 10 + static_cast<std::uint64_t>(text[at] - '0'), most);
    if (at == 0) return guess;
    if (at + 1 == text.size() && text[at] == '%') size *= per_cent;
    else if (at != text.size()) return guess;
    return size == 0 ? guess : size;
}

}  // namespace

HtmlRenderer::HtmlRenderer(std::string_view html, bool is_wide)
    : source_{html},
      is_wide_{is_wide},
      facts_{out_.facts},
      style_attribute_{[this](std::string_view name) { return attribute(name); }}
{
    facts_.length = is_wide ? count_characters(html) : html.size();
    out_.all.text.reserve(html.size() / 2);
}

HtmlRendering HtmlRenderer::run()
{
    for (;;) {
        switch (source_.next()) {
            case HtmlSource::Kind::Text: read_text(); break;
            case HtmlSource::Kind::StartTag: start_tag(); break;
            case HtmlSource::Kind::EndTag: end_tag(); break;
            case HtmlSource::Kind::Comment:
                if (facts_.comments.size() < most_listed)
                    facts_.comments.push_back(as_rules_see(source_.text()));
                break;
            case HtmlSource::Kind::Declaration:
                if (starts_ignoring_case(source_.text(), "<!doctype")) {
                    bool is_new = false;
                    elements_.find("!doctype", is_new).open = 0;
                    ++tags_;
                    ++valid_tags_;
                }
                break;
            case HtmlSource::Kind::End: finish(); return std::move(out_);
        }
    }
}

HtmlElements::Seen& HtmlRenderer::count(std::string_view name, int step)
{
    bool is_new = false;
    auto& seen = elements_.find(name, is_new);
    const bool is_valid = (seen.traits && seen.traits->is_valid) || seen.is_namespaced;
    ++tags_;
    valid_tags_ += is_valid ? 1 : 0;
    names_ += is_new ? 1 : 0;
    valid_names_ += is_new && is_valid ? 1 : 0;
    seen.open += step;
    if (seen.open < 0) {
        seen.open = 0;
        ++extra_ends_;
    }
    if (!seen.traits) return seen;
    if (seen.name == "a") open_anchors_ = seen.open;
    else if (seen.name == "title") open_titles_ = seen.open;
    else if (seen.name == "script") open_scripts_ = seen.open;
    else if (seen.name == "style") open_styles_ = seen.open;
    return seen;
}

void HtmlRenderer::start_tag()
{
    const auto* const traits = count(source_.text(), 1).traits;
    if (!traits) return;
    if (traits->style != StyleTag::None) styles_.open(traits->style, style_attribute_);
    put_space(traits->spacing);
    if (traits->uri_element != 0) note_uris(*traits);
    note_tests(*traits);
}

void HtmlRenderer::end_tag()
{
    const auto* const traits = count(source_.text(), -1).traits;
    if (!traits) return;
    if (traits->style != StyleTag::None) styles_.close(traits->style);
    put_space(traits->spacing);
}

bool HtmlRenderer::has_attribute(std::string_view name) const
{
    const auto& attributes = source_.attributes();
    return std::any_of(attributes.begin(), attributes.end(),
                       [&](const auto& one) { return same_ignoring_case(one.name, name); });
}

std::optional<std::string_view> HtmlRenderer::attribute(std::string_view name)
{
    for (const auto& one : source_.attributes()) {
        if (!same_ignoring_case(one.name, name)) continue;
        const auto raw = one.value;
        if (raw.find('&') == std::string_view::npos) return raw;
        value_.clear();
        append_with_references(raw, false, value_);
        return value_;
    }
    return std::nullopt;
}

void HtmlRenderer::put(std::string_view text, bool is_invisible, bool is_wide)
{
    if (is_invisible && !has_invisible_) {
        out_.visible = out_.all;
        has_invisible_ = true;
    }
    const auto add = [&](HtmlRendering::Text& to) {
        to.text += text;
        to.is_wide |= is_wide;
    };
    add(out_.all);
    if (has_invisible_) add(is_invisible ? out_.invisible : out_.visible);
    has_last_ = true;
    last_size_ = text.size();
    last_is_invisible_ = is_invisible;
    last_is_wide_ = is_wide;
}

void HtmlRenderer::put_space(Spacing spacing)
{
    constexpr std::array<std::string_view, 4> spaces{"", " ", "\n", "\n\n"};
    if (spacing == Spacing::None) return;
    if (has_last_ && !last_is_space_ && !last_is_invisible_ && last_size_ > 0 &&
        out_.all.text.back() == ' ') {
        out_.all.text.pop_back();
        if (has_invisible_) out_.visible.text.pop_back();
    }
    put(spaces[static_cast<std::size_t>(spacing)], false, false);
    last_is_space_ = true;
}

void HtmlRenderer::put_text(std::string_view text, bool is_invisible, bool is_wide)
{
    if (squeezed_.size() < text.size()) squeezed_.resize(text.size());
    char* to = squeezed_.data();
    const char* const end = text.data() + text.size();
    for (const char* from = text.data(); from < end;) {
        const char c = *from;
        if (is_blank(c)) {
            do ++from;
            while (from < end && is_blank(*from));
            *to++ = ' ';
        } else if (c == '\xC3' && std::string_view{from, end}.starts_with("\xC3\x82\xC2\xA0")) {
            from += 4;  // a no-break space in UTF-8 that was taken for windows-1252
            *to++ = ' ';
        } else {
            *to++ = c;
            ++from;
        }
    }
    auto squeezed =
        std::string_view{squeezed_}.substr(0, static_cast<std::size_t>(to - squeezed_.data()));
    if (has_last_ && !is_invisible && last_is_space_ && squeezed.starts_with(' '))
        squeezed.remove_prefix(1);
    put(squeezed, is_invisible, is_wide);
    last_is_space_ = false;
}

void HtmlRenderer::read_text()
{
    auto text = source_.text();
    if (open_scripts_ > 0) {
        if (facts_.scripts.size() < most_listed) facts_.scripts.push_back(as_rules_see(text));
        return;
    }
    if (open_styles_ > 0) return;
    bool is_wide = is_wide_;
    if (!source_.is_literal() && text.find('&') != std::string_view::npos) {
        buffer_.clear();
        is_wide |= append_with_references(text, true, buffer_);
        text = buffer_;
    }
    if (open_anchors_ > 0 && !facts_.anchors.empty() && !skips_anchor_)
        facts_.anchors.back() += text;
    if (open_titles_ > 0 && !facts_.titles.empty()) facts_.titles.back() += text;
    const bool has_letters = !std::all_of(text.begin(), text.end(), is_blank);
    const bool invisible = has_letters && is_invisible();
    note_obfuscation(text, is_wide);
    put_text(text, invisible, is_wide);
}

bool HtmlRenderer::is_invisible()
{
    const auto sight = styles_.sight();
    facts_.has_font_low_contrast |= sight == TextStyles::Sight::LowContrast;
    facts_.has_font_invalid_color |= sight == TextStyles::Sight::InvalidColour;
    return sight != TextStyles::Sight::Seen;
}

// A tag within a word: `vi<b></b>agra`.
void HtmlRenderer::note_obfuscation(std::string_view text, bool is_wide)
{
    if (!has_last_ || last_size_ == 0 || text.empty()) return;
    const std::string_view all = out_.all.text;
    if (!is_of_word(text[0]) || !is_of_word(all.back())) return;
    const auto last = all.substr(all.size() - last_size_);
    if ((is_wide && begins_with_blank(text)) || (last_is_wide_ && ends_with_blank(last))) return;
    ++obfuscations_;
    const auto before = length_to_border(last_edge(last, last_is_wide_));
    const auto behind = length_to_border(first_edge(text, is_wide));
    if (before > 0 && behind > 0) backhairs_ |= std::uint64_t{1} << (before * 8 + behind);
}

void HtmlRenderer::note_tests(const ElementTraits& traits)
{
    if (traits.name == "font") {
        if (const auto face = attribute("face")) note_font_face(*face);
    } else if (traits.name == "img") {
        note_image();
    } else if (traits.name == "form") {
        const auto action = attribute("action");
        if (action && find_ignoring_case(*action, "mailto:") != std::string_view::npos)
            facts_.has_mailto_form = true;
    } else if (traits.name == "object" || traits.name == "embed") {
        facts_.has_embeds = true;
    } else if (traits.name == "title") {
        if (facts_.titles.size() < most_listed) facts_.titles.emplace_back();
    } else if (traits.name == "meta") {
        note_meta();
    }
}

void HtmlRenderer::note_font_face(std::string_view face)
{
    if (!is_good_font_face(face)) facts_.has_font_face_bad = true;
}

void HtmlRenderer::note_image()
{
    if (open_anchors_ > 0 && !facts_.anchors.empty() && !skips_anchor_)
        facts_.anchors.back() += "<img>\n";
    if (!has_attribute("width") || !has_attribute("height")) return;
    // A screen of 800 by 600.
    const auto width = read_size(*attribute("width"), 8);
    facts_.image_area += width * read_size(*attribute("height"), 6);
}

void HtmlRenderer::note_meta()
{
    if (!has_attribute("content")) return;
    const auto kind = attribute("http-equiv");
    if (!kind || find_ignoring_case(*kind, "content-type") == std::string_view::npos) return;
    auto charset = behind_equals(*attribute("content"), "charset", false);
    if (!charset) return;
    if (charset->starts_with('"') || charset->starts_with('\'')) charset->remove_prefix(1);
    const auto end = charset->find_first_of("\"'");
    if (end != 0 && !charset->empty() && facts_.charsets.size() < most_listed)
        facts_.charsets.emplace_back(charset->substr(0, end));
}

void HtmlRenderer::note_uris(const ElementTraits& traits)
{
    const auto element = static_cast<UriElement>(traits.uri_element);
    switch (element) {
        case UriElement::Body:
        case UriElement::Table:
        case UriElement::Tr:
        case UriElement::Td:
            if (const auto uri = attribute("background")) add_uri(element, *uri);
            break;
        case UriElement::A:
        case UriElement::Area:
        case UriElement::Link: note_link(element); break;
        case UriElement::Form:
            if (const auto uri = attribute("action")) add_uri(element, *uri);
            break;
        case UriElement::Base: note_base(); break;
        case UriElement::Meta: {
            const auto kind = attribute("http-equiv");
            if (kind && find_ignoring_case(*kind, "refresh") != std::string_view::npos)
                if (const auto content = attribute("content")) note_refresh(*content);
            break;
        }
        default:
            if (const auto uri = odd_or_plain_attribute("src")) add_uri(element, *uri);
    }
}

void HtmlRenderer::finish()
{
    if (!has_invisible_) out_.visible = out_.all;
    if (!is_wide_) {
        for (auto& text : facts_.anchors) make_bytes_if_narrow(text);
        for (auto& text : facts_.titles) make_bytes_if_narrow(text);
    }
    const auto share = [this](std::size_t count) {
        return static_cast<double>(count) / static_cast<double>(tags_);
    };
    if (tags_ > 0) {
        facts_.closed_extra_ratio = share(extra_ends_);
        if (valid_tags_ > 0) facts_.bad_tag_ratio = share(tags_ - valid_tags_);
        if (obfuscations_ > 0) facts_.obfuscation_ratio = share(obfuscations_);
    }
    if (valid_names_ > 0)
        facts_.non_element_ratio =
            static_cast<double>(names_ - valid_names_) / static_cast<double>(names_);
    if (backhairs_ != 0) facts_.backhair_count = std::popcount(backhairs_);
    facts_.min_size = styles_.min_size();
    facts_.max_size = styles_.max_size();
    facts_.elements.reserve(elements_.all().size());
    for (const auto& seen : elements_.all()) facts_.elements.push_back({seen.name, seen.open});
    std::sort(facts_.elements.begin(), facts_.elements.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
}

}  // namespace lazaret::filter::rules
