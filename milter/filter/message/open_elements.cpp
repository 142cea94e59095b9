#include "milter/filter/message/open_elements.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t deepest = 512;  // elements; browsers go as far
constexpr std::size_t fewest_moves = 10'000;
constexpr std::size_t moves_of_a_byte = 4;  // 15 ns each
constexpr std::size_t most_suspended = 16;  // elements
constexpr std::ptrdiff_t most_alike = 3;    // of them (13.2.4.3, "Noah's Ark")

// What counts of what an element says about being seen. A browser may end `noscript` by itself.
Visibility what_counts(const OpenElements::StartTag& tag)
{
    auto out = tag.visibility;
    if (tag.tag != HtmlTag::Noscript) return out;
    out.no_display = false;
    if (out.no_size.value_or(false)) out.no_size.reset();
    return out;
}

bool has_html_inside(const OpenElements::StartTag& tag, bool in_svg)
{
    switch (tag.tag) {
        case HtmlTag::ForeignObject:
        case HtmlTag::Desc:
        case HtmlTag::Title: return in_svg;
        case HtmlTag::Mi:
        case HtmlTag::Mo:
        case HtmlTag::Mn:
        case HtmlTag::Ms:
        case HtmlTag::Mtext: return !in_svg;
        case HtmlTag::AnnotationXml: return !in_svg && tag.encodes_html;
        default: return false;
    }
}

}  // namespace

// FNV-1a of the name in small letters.
std::uint32_t OpenElements::name_hash(std::string_view name)
{
    std::uint32_t hash = 2'166'136'261U;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        hash ^= c >= 'A' && c <= 'Z' ? byte | 0x20U : byte;
        hash *= 16'777'619U;
    }
    return hash;
}

bool OpenElements::ElementName::is(const ElementName& other) const
{
    return tag == other.tag && hash == other.hash &&
           (tag != HtmlTag::Other || same_ignoring_case(text, other.text));
}

OpenElements::OpenElements(std::size_t source_bytes)
    : moves_left_{fewest_moves + moves_of_a_byte * source_bytes}
{
    stack_.reserve(64);
    stack_.emplace_back().tag = HtmlTag::Html;
}

bool OpenElements::text_is_seen() const
{
    const auto& parent = parent_of(stack_.size(), HtmlTag::Other, Kind::Html);
    return too_complex_ || (!parent.hidden && !parent.no_size);
}

bool OpenElements::is_special(const Element& element)
{
    return element.kind == Kind::Html ? has(element.tag, HtmlTrait::Special) : element.html_inside;
}

OpenElements::Position OpenElements::find_in_scope(HtmlTag tag) const
{
    if (!has_open(tag)) return std::nullopt;
    return find([&](const Element& e) { return e.tag == tag && e.kind == Kind::Html; },
                [&](const Element& e) {
                    if (e.kind != Kind::Html) return e.html_inside;
                    if (tag == HtmlTag::P && e.tag == HtmlTag::Button) return true;
                    if (tag == HtmlTag::Li && (e.tag == HtmlTag::Ol || e.tag == HtmlTag::Ul))
                        return true;
                    return has(e.tag, HtmlTrait::Scope);
                });
}

OpenElements::Position OpenElements::find_table() const
{
    if (!has_open(HtmlTag::Table)) return std::nullopt;
    return find(
        [](const Element& e) { return e.tag == HtmlTag::Table && e.kind == Kind::Html; },
        [](const Element& e) { return e.tag == HtmlTag::Template && e.kind == Kind::Html; });
}

bool OpenElements::has_open(HtmlTag tag) const { return open_[static_cast<std::size_t>(tag)] > 0; }

// In a table, but in none of its cells.
bool OpenElements::in_table() const
{
    const auto table = find_table();
    if (!table) return false;
    return std::none_of(stack_.begin() + static_cast<std::ptrdiff_t>(*table) + 1, stack_.end(),
                        [](const Element& e) {
                            return e.tag == HtmlTag::Td || e.tag == HtmlTag::Th ||
                                   e.tag == HtmlTag::Caption;
                        });
}

bool OpenElements::in_template() const
{
    return std::any_of(stack_.begin(), stack_.end(), [](const Element& e) {
        return e.tag == HtmlTag::Template && e.kind == Kind::Html;
    });
}

// There is nothing but options in a select.
bool OpenElements::in_select() const
{
    if (!has_open(HtmlTag::Select)) return false;
    auto at = stack_.size() - 1;
    if (stack_[at].tag == HtmlTag::Option) --at;
    if (stack_[at].tag == HtmlTag::Optgroup) --at;
    return stack_[at].tag == HtmlTag::Select && stack_[at].kind == Kind::Html;
}

// What an element at `position` is in. What may not stand right in a table comes out before it.
const OpenElements::Element& OpenElements::parent_of(std::size_t position, HtmlTag tag,
                                                     Kind kind) const
{
    auto at = position - 1;
    if (kind == Kind::Html && has(tag, HtmlTrait::TablePart)) return stack_[at];
    while (at > 0 && stack_[at].kind == Kind::Html && has(stack_[at].tag, HtmlTrait::TableFrame)) {
        const bool is_table = stack_[at].tag == HtmlTag::Table;
        --at;
        if (is_table) break;
    }
    return stack_[at];
}

void OpenElements::inherit(std::size_t position)
{
    auto& element = stack_[position];
    const auto& parent = parent_of(position, element.tag, element.kind);
    const auto& own = element.own;
    element.hidden = parent.hidden || own.no_display.value_or(false) ||
                     is_never_shown(element.tag, element.kind);
    const bool inherits_size = !quirks_ || element.tag != HtmlTag::Table;
    element.no_size = own.no_size.value_or(inherits_size && parent.no_size);
}

// SVG shows neither scripts nor titles, and MathML all.
bool OpenElements::is_never_shown(HtmlTag tag, Kind kind)
{
    if (kind == Kind::Html) return has(tag, HtmlTrait::NeverShown);
    return kind == Kind::Svg &&
           (tag == HtmlTag::Script || tag == HtmlTag::Style || tag == HtmlTag::Title);
}

// Void elements are not kept.
void OpenElements::enter(const StartTag& tag, Kind kind)
{
    const auto& parent = parent_of(stack_.size(), tag.tag, kind);
    const auto own = what_counts(tag);
    const bool hidden = is_never_shown(tag.tag, kind) ||
                        (!too_complex_ && (parent.hidden || own.no_display.value_or(false)));
    const bool inherits_size = !quirks_ || tag.tag != HtmlTag::Table;
    change_.seen = !hidden;
    change_.sized = too_complex_ || !own.no_size.value_or(inherits_size && parent.no_size);
    if (has(tag.tag, HtmlTrait::EndsLine) && !hidden) change_.ends_line = true;
}

void OpenElements::push(const StartTag& tag, Kind kind)
{
    enter(tag, kind);
    if (stack_.size() >= deepest) {
        too_complex_ = true;
        return;
    }
    const bool in_svg = kind == Kind::Svg;
    Element element;
    element.kind = kind;
    element.html_inside = kind != Kind::Html && has_html_inside(tag, in_svg);
    element.tag = tag.tag;
    element.text = tag.name;
    if (tag.tag == HtmlTag::Other) element.hash = name_hash(tag.name);
    element.own = what_counts(tag);
    if (kind == Kind::Html && has(tag.tag, HtmlTrait::Marker)) {
        element.suspended_before = suspended_.size();
        element.outer_base = base_;
        base_ = suspended_.size();
    }
    stack_.push_back(element);
    ++open_[static_cast<std::size_t>(tag.tag)];
    inherit(stack_.size() - 1);
}

// Closes the element at `position` and all in it; `by_own_tag`: its formatting ends with it.
void OpenElements::close_from(std::size_t position, bool by_own_tag)
{
    const auto is_marker = [](const Element& e) {
        return e.kind == Kind::Html && has(e.tag, HtmlTrait::Marker);
    };
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(position);
    const auto marker = std::find_if(first, stack_.end(), is_marker);
    if (marker != stack_.end()) {
        suspended_.resize(std::min(suspended_.size(), marker->suspended_before));
        base_ = marker->outer_base;
    }
    // What is suspended already was opened later than what is still on the stack.
    auto suspended = base_;
    for (auto it = first; it != marker; ++it)
        if ((it != first || !by_own_tag) && suspend(*it, suspended)) ++suspended;
    // The marker of an object stays in the standard's list when something else closes it.
    if (marker != stack_.end() && !has(marker->tag, HtmlTrait::TablePart) &&
        marker->tag != HtmlTag::Template && (marker != first || !by_own_tag))
        base_ = suspended_.size();
    for (auto it = first; it != stack_.end(); ++it) {
        --open_[static_cast<std::size_t>(it->tag)];
        if (it->hidden) continue;
        change_.ends_line = change_.ends_line || has(it->tag, HtmlTrait::EndsLine);
        change_.ends_link = change_.ends_link || it->tag == HtmlTag::A;
    }
    stack_.erase(first, stack_.end());
}

// Takes an element out, while those in it stay open.
void OpenElements::take_out(std::size_t position)
{
    const auto element = stack_[position];
    note_moved(stack_.size() - position);
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(position));
    --open_[static_cast<std::size_t>(element.tag)];
    if (!element.hidden) {
        change_.ends_line = change_.ends_line || has(element.tag, HtmlTrait::EndsLine);
        change_.ends_link = change_.ends_link || element.tag == HtmlTag::A;
    }
    for (auto at = position; at < stack_.size(); ++at) inherit(at);
}

void OpenElements::close_in_scope(HtmlTag tag)
{
    if (const auto found = find_in_scope(tag)) close_from(*found, true);
}

// Formatting that something else closed goes on where there is text again (13.2.4.3).
bool OpenElements::suspend(const Element& element, std::size_t position)
{
    if (element.kind != Kind::Html || !has(element.tag, HtmlTrait::Formatting)) return false;
    const auto& own = element.own;
    const auto at = [this](std::size_t offset) {
        return suspended_.begin() + static_cast<std::ptrdiff_t>(offset);
    };
    const auto alike = std::count_if(at(base_), suspended_.end(), [&](const Element& e) {
        return e.tag == element.tag && e.own.no_display == own.no_display &&
               e.own.no_size == own.no_size;
    });
    if (alike >= most_alike || suspended_.size() >= most_suspended) return false;
    suspended_.insert(at(position), element);
    return true;
}

void OpenElements::resume_formatting()
{
    if (suspended_.size() <= base_) return;
    const auto change = change_;
    for (auto at = base_; at < suspended_.size(); ++at) {
        const auto& element = suspended_[at];
        push({element.tag, element.text, false, false, false, element.own}, Kind::Html);
    }
    suspended_.resize(base_);
    change_ = change;
}

}  // namespace lazaret::filter
