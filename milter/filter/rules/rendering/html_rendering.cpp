#include "milter/filter/rules/rendering/html_rendering.hpp"

#include "milter/filter/rules/rendering/html_renderer.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view quotation_mark_start = "\xE2\x80";

// The typographic quotation marks U+201C and U+201D as plain ones: they delimit attributes then.
std::string with_plain_quotation_marks(std::string_view html)
{
    std::string out;
    out.reserve(html.size());
    while (!html.empty()) {
        const auto at = html.find(quotation_mark_start);
        if (at == std::string_view::npos || at + 2 >= html.size()) break;
        out += html.substr(0, at);
        const bool is_mark = html[at + 2] == '\x9C' || html[at + 2] == '\x9D';
        if (is_mark) out += '"';
        else out += html.substr(at, 3);
        html.remove_prefix(at + 3);
    }
    out += html;
    return out;
}

}  // namespace

HtmlRendering render_html(std::string_view html, bool is_wide)
{
    if (html.find("\xE2\x80\x9C") == std::string_view::npos &&
        html.find("\xE2\x80\x9D") == std::string_view::npos)
        return HtmlRenderer{html, is_wide}.run();
    const auto plain = with_plain_quotation_marks(html);
    return HtmlRenderer{plain, is_wide}.run();
}

}  // namespace lazaret::filter::rules
