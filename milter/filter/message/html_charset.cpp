#include "milter/filter/message/html_charset.hpp"

#include "base/text.hpp"
#include "milter/filter/message/charset_labels.hpp"
#include "milter/filter/message/html_tokens.hpp"

namespace lazaret::filter {
namespace {

// `text/html; charset=koi8-r`
std::string charset_in_content(const std::string& text)
{
    std::string_view content{text};
    constexpr std::string_view word = "charset";
    for (auto at = content.find(word); at != std::string_view::npos; at = content.find(word)) {
        content = trimmed(content.substr(at + word.size()));
        if (!content.starts_with('=')) continue;
        content = trimmed(content.substr(1));
        const bool is_quoted = content.starts_with('"') || content.starts_with('\'');
        const auto end =
            is_quoted ? content.find(content.front(), 1) : content.find_first_of(" \t\r\n\f;");
        return std::string{content.substr(0, end).substr(is_quoted ? 1 : 0)};
    }
    return {};
}

std::string charset_in_meta(HtmlTokens& tokens)
{
    auto charset = ascii_lower(trimmed(tokens.attribute("charset")));
    if (charset.empty() && same_ignoring_case(tokens.attribute("http-equiv"), "content-type"))
        charset = charset_in_content(ascii_lower(tokens.attribute("content")));
    const auto known = iconv_name(charset);
    const bool is_readable = keeps_ascii(known) || known.starts_with("ISO-2022-JP");
    return !known.empty() && is_readable ? charset : std::string{};
}

}  // namespace

std::string charset_in_html(std::string_view html)
{
    html = html.substr(0, charset_by_content_bytes);
    if (html.starts_with("\xEF\xBB\xBF")) return "utf-8";
    if (html.starts_with("\xFF\xFE") || html.starts_with("\xFE\xFF")) return "utf-16";
    HtmlTokens tokens{html};
    for (auto kind = tokens.next(); kind != HtmlTokens::Kind::End; kind = tokens.next()) {
        if (kind != HtmlTokens::Kind::StartTag || !same_ignoring_case(tokens.name(), "meta"))
            continue;
        if (auto charset = charset_in_meta(tokens); !charset.empty()) return charset;
    }
    return {};
}

}  // namespace lazaret::filter
