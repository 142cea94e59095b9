#include "milter/filter/message/html_tokens.hpp"

#include "base/text.hpp"
#include "milter/filter/message/html_tags.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

HtmlTokens::Content content_of(HtmlTag tag)
{
    if (tag == HtmlTag::Title) return HtmlTokens::Content::Rcdata;
    if (tag == HtmlTag::Script) return HtmlTokens::Content::Script;
    if (tag == HtmlTag::Plaintext) return HtmlTokens::Content::Plaintext;
    return has(tag, HtmlTrait::Raw) ? HtmlTokens::Content::Rawtext : HtmlTokens::Content::Markup;
}

// Reads all tokens, and what they can be asked for.
// @return how many there were.
std::size_t read_all(std::string_view html, bool valid)
{
    HtmlTokens tokens{html};
    for (std::size_t count = 0;; ++count) {
        fuzz::promise(count <= html.size(), "each token takes a byte");
        const auto kind = tokens.next();
        if (kind == HtmlTokens::Kind::End) return count;
        if (kind == HtmlTokens::Kind::Text) {
            const auto text = tokens.text();
            fuzz::promise(!valid || text == valid_utf8(text), "text stays valid UTF-8");
        } else if (kind == HtmlTokens::Kind::StartTag) {
            fuzz::promise(!tokens.name().empty(), "a tag has a name");
            const auto value = tokens.attribute("a");
            fuzz::promise(!valid || value == valid_utf8(value), "a value stays valid UTF-8");
            fuzz::promise(value.empty() || tokens.has_attribute("a"), "a value has an attribute");
            const auto content = content_of(html_tag(tokens.name()));
            if (content != HtmlTokens::Content::Markup) tokens.read_content_as(content);
            tokens.allow_cdata(html_tag(tokens.name()) == HtmlTag::Svg);
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto html = fuzz::text_of(data, size);
    read_all(html, false);
    read_all(valid_utf8(html), true);
    return 0;
}
