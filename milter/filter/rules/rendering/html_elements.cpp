#include "milter/filter/rules/rendering/html_elements.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace lazaret::filter::rules {
namespace {

constexpr std::uint32_t bit(UriElement element) { return static_cast<std::uint32_t>(element); }

// By name.
constexpr auto known = std::to_array<ElementTraits>({
    {"a", true, true, Spacing::None, StyleTag::A, bit(UriElement::A)},
    {"abbr", true, true, Spacing::None, StyleTag::None, 0},
    {"acronym", true, true, Spacing::None, StyleTag::None, 0},
    {"address", true, true, Spacing::None, StyleTag::None, 0},
    {"applet", true, true, Spacing::None, StyleTag::None, 0},
    {"area", true, true, Spacing::None, StyleTag::None, bit(UriElement::Area)},
    {"b", true, true, Spacing::None, StyleTag::None, 0},
    {"base", true, true, Spacing::None, StyleTag::None, bit(UriElement::Base)},
    {"basefont", true, true, Spacing::None, StyleTag::Basefont, 0},
    {"bdo", true, true, Spacing::None, StyleTag::None, 0},
    {"bgsound", false, true, Spacing::None, StyleTag::None, bit(UriElement::Bgsound)},
    {"big", true, true, Spacing::None, StyleTag::Big, 0},
    {"blockquote", true, true, Spacing::Paragraph, StyleTag::None, 0},
    {"body", true, true, Spacing::None, StyleTag::Body, bit(UriElement::Body)},
    {"br", true, true, Spacing::Line, StyleTag::None, 0},
    {"button", true, true, Spacing::None, StyleTag::None, 0},
    {"caption", true, true, Spacing::None, StyleTag::None, 0},
    {"center", true, true, Spacing::None, StyleTag::None, 0},
    {"cite", true, true, Spacing::None, StyleTag::None, 0},
    {"code", true, true, Spacing::None, StyleTag::None, 0},
    {"col", true, true, Spacing::None, StyleTag::None, 0},
    {"colgroup", true, true, Spacing::None, StyleTag::None, 0},
    {"dd", true, true, Spacing::Blank, StyleTag::None, 0},
    {"del", true, true, Spacing::None, StyleTag::None, 0},
    {"dfn", true, true, Spacing::None, StyleTag::None, 0},
    {"dir", true, true, Spacing::None, StyleTag::None, 0},
    {"div", true, true, Spacing::Line, StyleTag::Div, 0},
    {"dl", true, true, Spacing::None, StyleTag::None, 0},
    {"dt", true, true, Spacing::Blank, StyleTag::None, 0},
    {"em", true, true, Spacing::None, StyleTag::None, 0},
    {"embed", false, true, Spacing::Blank, StyleTag::None, bit(UriElement::Embed)},
    {"fieldset", true, true, Spacing::None, StyleTag::None, 0},
    {"font", true, true, Spacing::None, StyleTag::Font, 0},
    {"form", true, true, Spacing::None, StyleTag::None, bit(UriElement::Form)},
    {"frame", true, true, Spacing::None, StyleTag::None, bit(UriElement::Frame)},
    {"frameset", true, true, Spacing::None, StyleTag::None, 0},
    {"h1", true, true, Spacing::Blank, StyleTag::None, 0},
    {"h2", true, true, Spacing::Blank, StyleTag::None, 0},
    {"h3", true, true, Spacing::Blank, StyleTag::None, 0},
    {"h4", true, true, Spacing::Blank, StyleTag::None, 0},
    {"h5", true, true, Spacing::Blank, StyleTag::None, 0},
    {"h6", true, true, Spacing::Blank, StyleTag::None, 0},
    {"head", true, true, Spacing::None, StyleTag::None, 0},
    {"hr", true, true, Spacing::Paragraph, StyleTag::None, 0},
    {"html", true, true, Spacing::None, StyleTag::None, 0},
    {"i", true, true, Spacing::None, StyleTag::None, 0},
    {"iframe", true, true, Spacing::None, StyleTag::None, bit(UriElement::Iframe)},
    {"img", true, true, Spacing::None, StyleTag::None, bit(UriElement::Img)},
    {"input", true, true, Spacing::None, StyleTag::None, 0},
    {"ins", true, true, Spacing::None, StyleTag::None, 0},
    {"isindex", true, true, Spacing::None, StyleTag::None, 0},
    {"kbd", true, true, Spacing::None, StyleTag::None, 0},
    {"label", true, true, Spacing::None, StyleTag::None, 0},
    {"legend", true, true, Spacing::None, StyleTag::None, 0},
    {"li", true, true, Spacing::Blank, StyleTag::None, 0},
    {"link", true, true, Spacing::None, StyleTag::None, bit(UriElement::Link)},
    {"listing", false, true, Spacing::Paragraph, StyleTag::None, 0},
    {"map", true, true, Spacing::None, StyleTag::None, 0},
    {"menu", true, true, Spacing::None, StyleTag::None, 0},
    {"meta", true, true, Spacing::None, StyleTag::None, bit(UriElement::Meta)},
    {"nobr", true, true, Spacing::None, StyleTag::None, 0},
    {"noframes", true, true, Spacing::None, StyleTag::None, 0},
    {"noscript", true, true, Spacing::None, StyleTag::None, 0},
    {"object", true, true, Spacing::None, StyleTag::None, 0},
    {"ol", true, true, Spacing::None, StyleTag::None, 0},
    {"optgroup", true, true, Spacing::None, StyleTag::None, 0},
    {"option", true, true, Spacing::None, StyleTag::None, 0},
    {"p", true, true, Spacing::Paragraph, StyleTag::P, 0},
    {"param", true, true, Spacing::None, StyleTag::None, 0},
    {"plaintext", false, true, Spacing::Paragraph, StyleTag::None, 0},
    {"pre", true, true, Spacing::Paragraph, StyleTag::None, 0},
    {"q", true, true, Spacing::None, StyleTag::None, 0},
    {"s", true, true, Spacing::None, StyleTag::None, 0},
    {"samp", true, true, Spacing::None, StyleTag::None, 0},
    {"script", true, true, Spacing::None, StyleTag::None, bit(UriElement::Script)},
    {"select", true, true, Spacing::None, StyleTag::None, 0},
    {"small", true, true, Spacing::None, StyleTag::Small, 0},
    {"span", true, true, Spacing::None, StyleTag::Span, 0},
    {"strike", true, true, Spacing::None, StyleTag::None, 0},
    {"strong", true, true, Spacing::None, StyleTag::None, 0},
    {"style", true, true, Spacing::None, StyleTag::None, 0},
    {"sub", true, true, Spacing::None, StyleTag::None, 0},
    {"sup", true, true, Spacing::None, StyleTag::None, 0},
    {"table", true, true, Spacing::None, StyleTag::Table, bit(UriElement::Table)},
    {"tbody", true, true, Spacing::None, StyleTag::None, 0},
    {"td", true, true, Spacing::Blank, StyleTag::Td, bit(UriElement::Td)},
    {"textarea", true, true, Spacing::None, StyleTag::None, 0},
    {"tfoot", true, true, Spacing::None, StyleTag::None, 0},
    {"th", true, true, Spacing::Blank, StyleTag::Td, 0},
    {"thead", true, true, Spacing::None, StyleTag::None, 0},
    {"title", true, true, Spacing::Paragraph, StyleTag::None, 0},
    {"tr", true, true, Spacing::None, StyleTag::Tr, bit(UriElement::Tr)},
    {"tt", true, true, Spacing::None, StyleTag::None, 0},
    {"u", true, true, Spacing::None, StyleTag::None, 0},
    {"ul", true, true, Spacing::None, StyleTag::None, 0},
    {"var", true, true, Spacing::None, StyleTag::None, 0},
    {"x-sigsep", true, true, Spacing::None, StyleTag::None, 0},
    {"x-tab", true, true, Spacing::None, StyleTag::None, 0},
    {"xmp", false, true, Spacing::Paragraph, StyleTag::None, 0},
});
static_assert(std::is_sorted(known.begin(), known.end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));

const ElementTraits* traits_of(std::string_view name)
{
    const auto* const found = std::lower_bound(
        known.begin(), known.end(), name,
        [](const ElementTraits& row, std::string_view wanted) { return row.name < wanted; });
    return found != known.end() && found->name == name ? found : nullptr;
}

constexpr char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::uint32_t hash_of(std::string_view name)
{
    // FNV-1a, from where no sender can know: else a message of names that fall together is slow.
    static const std::uint32_t start = std::random_device{}();
    std::uint32_t hash = start;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(small(c))) * 16'777'619U;
    return hash ^ hash >> 15U;
}

bool is_same(std::string_view seen, std::string_view written)
{
    return seen.size() == written.size() &&
           std::equal(seen.begin(), seen.end(), written.begin(),
                      [](char a, char b) { return a == small(b); });
}

// `o:` or `st` and a digit and `:`, then a word, then perhaps a slash.
bool is_namespaced(std::string_view name)
{
    if (name.starts_with("o:")) name.remove_prefix(2);
    else if (name.size() > 4 && name.starts_with("st") && name[2] >= '0' && name[2] <= '9' &&
             name[3] == ':')
        name.remove_prefix(4);
    else return false;
    if (name.ends_with('/')) name.remove_suffix(1);
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

constexpr std::size_t first_size = 64;
constexpr std::size_t most_names = 20'000;

}  // namespace

HtmlElements::HtmlElements() : table_(first_size) {}

HtmlElements::Seen& HtmlElements::find(std::string_view name, bool& is_new)
{
    const auto hash = hash_of(name);
    auto slot = hash & (table_.size() - 1);
    for (; table_[slot] != 0; slot = (slot + 1) & (table_.size() - 1)) {
        auto& seen = seen_[table_[slot] - 1];
        if (seen.hash == hash && is_same(seen.name, name)) {
            is_new = false;
            return seen;
        }
    }
    is_new = true;
    if (seen_.size() >= most_names) {
        rest_ = {};
        return rest_;
    }
    auto& seen = seen_.emplace_back();
    seen.name = name;
    for (auto& c : seen.name) c = small(c);
    seen.traits = traits_of(seen.name);
    seen.is_namespaced = is_namespaced(seen.name);
    seen.hash = hash;
    table_[slot] = static_cast<std::uint32_t>(seen_.size());
    if (seen_.size() * 2 > table_.size()) grow();
    return seen_.back();
}

void HtmlElements::grow()
{
    table_.assign(table_.size() * 2, 0);
    for (std::uint32_t index = 0; index < seen_.size(); ++index) {
        auto slot = seen_[index].hash & (table_.size() - 1);
        while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
        table_[slot] = index + 1;
    }
}

}  // namespace lazaret::filter::rules
