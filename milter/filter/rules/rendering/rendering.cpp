#include "milter/filter/rules/rendering/rendering.hpp"

#include <algorithm>
#include <utility>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/rendering/body_texts.hpp"
#include "milter/filter/rules/rendering/html_rendering.hpp"
#include "milter/filter/rules/rendering/mime_tree.hpp"
#include "milter/filter/rules/rendering/rule_charset.hpp"

namespace lazaret::filter::rules {
namespace {

// SpamAssassin's body_part_scan_size and rawbody_part_scan_size, as they are by default.
constexpr std::size_t most_of_body_part = 50'000;
constexpr std::size_t most_of_raw_part = 500'000;

// Bounds of our own, in bytes, since those of a part do not bound a message of many parts.
constexpr std::size_t most_of_body = 750'000;
constexpr std::size_t most_of_raw_body = 1'000'000;

/// The beginning of a part's text, within what is left of the message's bound.
std::string_view next_part(std::string_view text, std::size_t most_of_part, std::string_view other,
                           bool is_wide, std::size_t& left)
{
    if (left == 0) return {};
    const auto part = beginning_of(text, std::min(most_of_part, left), other, is_wide);
    left -= std::min(left, part.size());
    return part;
}

std::string_view keep(Rendering& out, std::string text)
{
    out.kept.push_back(std::make_unique<const std::string>(std::move(text)));
    return *out.kept.back();
}

// A file that is called so is HTML whatever its type.
bool is_html_name(std::string_view name)
{
    if (name.ends_with('\n')) name.remove_suffix(1);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto suffix = ascii_lower(name.substr(dot + 1));
    return suffix == "htm" || suffix == "html" || suffix == "shtm" || suffix == "shtml";
}

// The texts of one part, of which Perl would say `is_wide` or not.
struct PartText {
    bool is_rendered = false;
    HtmlRendering::Text all;
    HtmlRendering::Text visible;
    HtmlRendering::Text invisible;
};

void render_html_part(MimePart& part, std::string_view text, bool is_wide, PartText& out)
{
    auto rendering = render_html(text, is_wide);
    auto& facts = rendering.facts;
    facts.html_length = rendering.all.is_wide || !is_ascii(rendering.all.text)
                            ? count_characters(rendering.all.text)
                            : rendering.all.text.size();
    facts.non_space_length =
        facts.html_length - count_blanks(rendering.all.text, rendering.all.is_wide);
    const auto size = static_cast<double>(part.decoded.size());
    facts.ratio = (size - static_cast<double>(facts.html_length)) / size;
    part.html = std::move(facts);
    out.all = std::move(rendering.all);
    out.visible = std::move(rendering.visible);
    out.invisible = std::move(rendering.invisible);
}

PartText render_part(MimePart& part)
{
    PartText out;
    if (part.effective_type != "text/plain" && part.effective_type != "text/html") return out;
    out.is_rendered = true;
    part.is_rendered = true;
    auto read = read_charset(part.decoded, part.charset.value_or("us-ascii"), CharsetTrust::Bytes);
    const std::string_view text = read.text ? std::string_view{*read.text} : part.decoded;
    if (part.effective_type == "text/html" && !part.decoded.empty()) {
        render_html_part(part, text, read.is_decoded, out);
        return out;
    }
    out.all = {read.text ? std::move(*read.text) : std::string{part.decoded}, read.is_decoded};
    out.visible = out.all;
    return out;
}

void decode_part(MimePart& part, Rendering& out)
{
    part.effective_type = is_html_name(part.name) ? "text/html" : part.type;
    const auto& type = part.effective_type;
    if (!type.starts_with("text/") && !type.starts_with("message/")) return;
    part.decoded = part.encoding == "base64" || part.encoding == "quoted-printable"
                       ? keep(out, decoded_body(part))
                       : part.raw;
}

using Which = HtmlRendering::Text PartText::*;

bool is_any_wide(const std::vector<PartText>& texts, Which which)
{
    return std::any_of(texts.begin(), texts.end(),
                       [&](const PartText& text) { return (text.*which).is_wide; });
}

std::vector<std::string_view> lines_of(const std::vector<PartText>& texts, Which which,
                                       std::string_view subject, Rendering& out)
{
    const bool is_wide = is_any_wide(texts, which);
    BodyText body{is_wide};
    std::size_t left = most_of_body;
    for (const auto& text : texts)
        body.add_part(
            next_part((text.*which).text, most_of_body_part, " ", (text.*which).is_wide, left));
    auto together = body.finish();
    if (!is_wide && !is_ascii(together)) together = latin1_of(together);
    std::vector<std::string_view> lines;
    if (!subject.empty()) append_short_lines(subject, lines);
    append_short_lines(keep(out, std::move(together)), lines);
    return lines;
}

void fill_bodies(const std::vector<PartText>& texts, Rendering& out)
{
    std::string subject{out.headers().value("subject")};
    subject += '\n';
    const auto kept_subject = keep(out, std::move(subject));
    out.body = lines_of(texts, &PartText::all, kept_subject, out);
    const bool hides = std::any_of(texts.begin(), texts.end(), [](const PartText& text) {
        return text.is_rendered && !text.invisible.text.empty();
    });
    if (!hides) {
        out.visible_body = out.body;
        // Parts without any invisible text are parted by line ends all the same.
        if (texts.size() > 1) out.invisible_body = lines_of(texts, &PartText::invisible, {}, out);
        return;
    }
    out.visible_body = lines_of(texts, &PartText::visible, kept_subject, out);
    out.invisible_body = lines_of(texts, &PartText::invisible, {}, out);
}

std::string for_rules(HtmlRendering::Text text)
{
    return text.is_wide || is_ascii(text.text) ? std::move(text.text) : latin1_of(text.text);
}

void fill_raw_body(Rendering& out)
{
    std::size_t left = most_of_raw_body;
    for (const auto& part : out.parts) {
        if (!part.is_leaf || part.type.empty() || part.type == "text/calendar") continue;
        const auto& type = part.effective_type;
        if (!type.starts_with("text/") && !type.starts_with("message/")) continue;
        append_short_pieces(next_part(part.decoded, most_of_raw_part, "> ", false, left),
                            out.raw_body);
    }
}

}  // namespace

Rendering render(std::string_view message)
{
    Rendering out;
    read_mime_tree(message, out);
    std::vector<PartText> texts;
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < out.parts.size(); ++i) {
        auto& part = out.parts[i];
        part.effective_type = part.type;
        if (!part.is_leaf || part.type.empty()) continue;
        decode_part(part, out);
        texts.push_back(render_part(part));
        leaves.push_back(i);
        if (part.html) out.all_html.push_back(&*part.html);
    }
    if (!out.all_html.empty()) out.html = out.all_html.back();
    fill_bodies(texts, out);
    fill_raw_body(out);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        auto& part = out.parts[leaves[i]];
        part.rendered = for_rules(std::move(texts[i].all));
        part.visible = for_rules(std::move(texts[i].visible));
        part.invisible = for_rules(std::move(texts[i].invisible));
    }
    return out;
}

}  // namespace lazaret::filter::rules
