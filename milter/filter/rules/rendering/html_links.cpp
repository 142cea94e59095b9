// The part of HtmlRenderer that collects addresses.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/rendering/attribute_words.hpp"
#include "milter/filter/rules/rendering/html_renderer.hpp"
#include "milter/filter/rules/rendering/target_uri.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view no_break_space = "\xC2\xA0";
constexpr std::size_t longest_uri = 8'192;

// A name such as `alt/href`.
bool ends_in_odd_way(std::string_view name, std::string_view wanted)
{
    for (auto slash = name.find('/'); slash != std::string_view::npos;
         slash = name.find('/', slash + 1))
        if (slash > 0 && is_word(name[slash - 1]) &&
            starts_ignoring_case(name.substr(slash + 1), wanted))
            return true;
    return false;
}

// Addresses that stand for themselves, whatever the base.
bool is_taken_as_written(std::string_view uri)
{
    constexpr auto schemes =
        std::to_array<std::string_view>({"data:", "mailto:", "file:", "cid:", "tel:"});
    return std::any_of(schemes.begin(), schemes.end(),
                       [&](std::string_view scheme) { return starts_ignoring_case(uri, scheme); });
}

}  // namespace

std::optional<std::string_view> HtmlRenderer::odd_or_plain_attribute(std::string_view name)
{
    for (const auto& one : source_.attributes())
        if (ends_in_odd_way(one.name, name)) return attribute(one.name);
    return attribute(name);
}

// Without blanks at the ends, and not too long.
std::string_view HtmlRenderer::canonical(std::string_view uri)
{
    for (;;) {
        if (!uri.empty() && is_blank(uri[0])) uri.remove_prefix(1);
        else if (uri.starts_with(no_break_space)) uri.remove_prefix(no_break_space.size());
        else break;
    }
    for (;;) {
        if (!uri.empty() && is_blank(uri.back())) uri.remove_suffix(1);
        else if (uri.ends_with(no_break_space)) uri.remove_suffix(no_break_space.size());
        else break;
    }
    if (uri.size() <= longest_uri) return uri;
    facts_.has_truncated_uri = true;
    return cut_utf8(uri, longest_uri);
}

// Null: there are too many.
HtmlUri* HtmlRenderer::uri_entry(std::string_view uri)
{
    std::string key{uri};
    if (const auto found = uri_index_.find(key); found != uri_index_.end())
        return &facts_.uris[found->second];
    if (facts_.uris.size() >= most_listed || uri_bytes_ + uri.size() > most_uri_bytes) {
        has_all_uris_ = true;
        return nullptr;
    }
    uri_bytes_ += uri.size();
    uri_index_.emplace(std::move(key), facts_.uris.size());
    auto& entry = facts_.uris.emplace_back();
    entry.uri = uri;
    return &entry;
}

void HtmlRenderer::add_uri(UriElement element, std::string_view written)
{
    const auto uri = canonical(written);
    if (uri.empty() || has_all_uris_) return;
    const auto target = is_taken_as_written(uri) ? std::string{uri} : target_uri(base_, uri);
    if (target.empty()) return;
    if (auto* const entry = uri_entry(target))
        entry->elements |= static_cast<std::uint32_t>(element);
}

void HtmlRenderer::note_link(UriElement element)
{
    std::string without_mark;
    auto href = odd_or_plain_attribute("href").value_or("");
    if (href.find(byte_order_mark) != std::string_view::npos) {
        without_mark = href;
        for (auto at = without_mark.find(byte_order_mark); at != std::string::npos;
             at = without_mark.find(byte_order_mark, at))
            without_mark.erase(at, byte_order_mark.size());
        href = without_mark;
    }
    add_uri(element, href);
    if (element == UriElement::A) open_anchor(href);
    if (const auto original = attribute("data-saferedirecturl")) add_uri(element, *original);
}

void HtmlRenderer::open_anchor(std::string_view href)
{
    skips_anchor_ = facts_.anchors.size() >= most_listed;
    if (skips_anchor_) return;
    if (auto* const entry = uri_entry(canonical(href)))
        entry->anchors.push_back(static_cast<std::uint32_t>(facts_.anchors.size()));
    facts_.anchors.emplace_back();
}

void HtmlRenderer::note_base()
{
    const auto href = attribute("href");
    if (!href || href->empty() || *href == "0") return;
    const std::string uri{canonical(*href)};
    add_uri(UriElement::Base, uri);
    if (auto base = usable_base(uri); !base.empty()) base_ = std::move(base);
}

// `5; url=...`
void HtmlRenderer::note_refresh(std::string_view content)
{
    const auto found = behind_equals(content, "url", true);
    if (!found) return;
    auto uri = found->substr(0, found->find(';'));
    while (!uri.empty() && is_blank(uri.back())) uri.remove_suffix(1);
    add_uri(UriElement::Meta, uri);
}

}  // namespace lazaret::filter::rules
