#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/message/open_elements.hpp"

// What each tag does to the stack of open elements: the insertion modes of WHATWG HTML 13.2.6.4
// and 13.2.6.5, as far as a stack shows them.
namespace lazaret::filter {
namespace {

bool is_heading(HtmlTag tag) { return tag >= HtmlTag::H1 && tag <= HtmlTag::H6; }

bool is_row_group(HtmlTag tag)
{
    return tag == HtmlTag::Tbody || tag == HtmlTag::Thead || tag == HtmlTag::Tfoot;
}

bool ends_by_itself(HtmlTag tag)
{
    switch (tag) {
        case HtmlTag::Dd:
        case HtmlTag::Dt:
        case HtmlTag::Li:
        case HtmlTag::Optgroup:
        case HtmlTag::Option:
        case HtmlTag::P: return true;
        default: return false;
    }
}

// Elements whose end tag closes what is open in them, wherever it stands in the same scope.
bool ends_all_within(HtmlTag tag)
{
    return has(tag, HtmlTrait::ClosesP) || has(tag, HtmlTrait::Scope) || tag == HtmlTag::Button ||
           tag == HtmlTag::Select;
}

}  // namespace

OpenElements::Change OpenElements::start(const StartTag& tag)
{
    change_ = {};
    if (is_foreign(tag)) {
        start_foreign(tag);
        return change_;
    }
    if (in_foreign() && !stack_.back().html_inside) leave_foreign();
    if (!in_select() || start_in_select(tag)) start_in_body(tag);
    return change_;
}

OpenElements::Change OpenElements::end(HtmlTag tag, std::string_view name)
{
    change_ = {};
    const ElementName wanted{tag, tag == HtmlTag::Other ? name_hash(name) : 0, name};
    if (in_foreign() && end_foreign(wanted)) return change_;
    const bool closes_select = tag == HtmlTag::Select || tag == HtmlTag::Template ||
                               tag == HtmlTag::Table || has(tag, HtmlTrait::TablePart);
    if (in_select() && !closes_select) {
        if (stack_.back().tag == tag) close_from(stack_.size() - 1, true);
        return change_;
    }
    end_in_body(wanted);
    return change_;
}

OpenElements::Change OpenElements::end_document()
{
    change_ = {};
    close_from(1, false);
    return change_;
}

bool OpenElements::start_in_select(const StartTag& tag)
{
    const auto close_top = [this](HtmlTag open) {
        if (stack_.back().tag == open) close_from(stack_.size() - 1, false);
    };
    switch (tag.tag) {
        case HtmlTag::Option:
        case HtmlTag::Optgroup:
        case HtmlTag::Hr:
            close_top(HtmlTag::Option);
            if (tag.tag != HtmlTag::Option) close_top(HtmlTag::Optgroup);
            if (tag.tag == HtmlTag::Hr) enter(tag, Kind::Html);
            else push(tag, Kind::Html);
            return false;
        case HtmlTag::Script:
        case HtmlTag::Template: return true;
        case HtmlTag::Select: close_in_scope(HtmlTag::Select); return false;
        case HtmlTag::Input:
        case HtmlTag::Keygen:
        case HtmlTag::Textarea: close_in_scope(HtmlTag::Select); return true;
        case HtmlTag::Col:
        case HtmlTag::Colgroup: return false;
        default: break;
    }
    if (tag.tag != HtmlTag::Table && !has(tag.tag, HtmlTrait::TablePart)) return false;
    if (!find_table()) return false;
    close_in_scope(HtmlTag::Select);
    return true;
}

void OpenElements::start_in_body(const StartTag& tag)
{
    if (has(tag.tag, HtmlTrait::Raw)) return start_raw(tag);
    if (has(tag.tag, HtmlTrait::TablePart)) return start_table_part(tag);
    switch (tag.tag) {
        case HtmlTag::Html:
        case HtmlTag::Head:
        case HtmlTag::Body:
        case HtmlTag::Frameset:
        case HtmlTag::Frame: return;
        case HtmlTag::Form: return start_form(tag);
        case HtmlTag::Table: return start_table(tag);
        case HtmlTag::Template: return push(tag, Kind::Html);
        default: break;
    }
    close_what_ends_at(tag);
    if (!has(tag.tag, HtmlTrait::ClosesP)) resume_formatting();
    const bool foreign = tag.tag == HtmlTag::Svg || tag.tag == HtmlTag::Math;
    const auto kind = tag.tag == HtmlTag::Svg    ? Kind::Svg
                      : tag.tag == HtmlTag::Math ? Kind::Math
                                                 : Kind::Html;
    if (has(tag.tag, HtmlTrait::Void) || (foreign && tag.self_closing)) enter(tag, kind);
    else push(tag, kind);
}

void OpenElements::start_raw(const StartTag& tag)
{
    if (has(tag.tag, HtmlTrait::ClosesP)) close_in_scope(HtmlTag::P);
    enter(tag, Kind::Html);
    change_.raw = true;
}

void OpenElements::close_what_ends_at(const StartTag& tag)
{
    if (has(tag.tag, HtmlTrait::ClosesP)) {
        close_item(tag.tag);
        close_in_scope(HtmlTag::P);
        if (is_heading(tag.tag) && is_heading(stack_.back().tag))
            close_from(stack_.size() - 1, false);
    } else if (tag.tag == HtmlTag::A || tag.tag == HtmlTag::Nobr) {
        end_formatting(tag.tag);
        if (tag.tag == HtmlTag::A) take_out_link();
    } else if (tag.tag == HtmlTag::Button) {
        close_in_scope(HtmlTag::Button);
    } else if (tag.tag == HtmlTag::Option || tag.tag == HtmlTag::Optgroup) {
        if (stack_.back().tag == HtmlTag::Option) close_from(stack_.size() - 1, false);
    }
}

// A link ends at the next one, even from within a table (13.2.6.4.7, "a").
void OpenElements::take_out_link()
{
    if (!has_open(HtmlTag::A)) return;
    const auto found = find(
        [](const Element& e) { return e.tag == HtmlTag::A && e.kind == Kind::Html; },
        [](const Element& e) { return e.kind == Kind::Html && has(e.tag, HtmlTrait::Marker); });
    if (found) take_out(*found);
}

// An item of a list ends at the next one.
void OpenElements::close_item(HtmlTag tag)
{
    const bool is_definition = tag == HtmlTag::Dd || tag == HtmlTag::Dt;
    if (tag != HtmlTag::Li && !is_definition) return;
    const auto found = find(
        [&](const Element& e) {
            return e.kind == Kind::Html &&
                   (e.tag == tag ||
                    (is_definition && (e.tag == HtmlTag::Dd || e.tag == HtmlTag::Dt)));
        },
        [](const Element& e) {
            return is_special(e) && e.tag != HtmlTag::Address && e.tag != HtmlTag::Div &&
                   e.tag != HtmlTag::P;
        });
    if (found) close_from(*found, true);
}

// A form in a form is none, and one right in a table holds nothing.
void OpenElements::start_form(const StartTag& tag)
{
    if (form_is_open_ && !has_open(HtmlTag::Template)) return;
    form_is_open_ = true;
    if (in_table()) return enter(tag, Kind::Html);
    close_in_scope(HtmlTag::P);
    push(tag, Kind::Html);
}

void OpenElements::start_table(const StartTag& tag)
{
    if (in_table()) close_from(*find_table(), true);
    if (!quirks_) close_in_scope(HtmlTag::P);
    push(tag, Kind::Html);
}

void OpenElements::start_table_part(const StartTag& tag)
{
    const auto table = find_table();
    if (!table) return;
    const bool is_cell = tag.tag == HtmlTag::Td || tag.tag == HtmlTag::Th;
    auto kept = *table + 1;
    const auto keep_if = [&](auto condition) {
        if (kept < stack_.size() && condition(stack_[kept].tag)) ++kept;
    };
    const bool in_group = is_cell || tag.tag == HtmlTag::Tr;
    if (in_group) keep_if(is_row_group);
    if (is_cell) keep_if([](HtmlTag open) { return open == HtmlTag::Tr; });
    if (kept < stack_.size()) close_from(kept, false);
    if (in_group && stack_.back().tag == HtmlTag::Table) push_implied(HtmlTag::Tbody);
    if (is_cell && stack_.back().tag != HtmlTag::Tr) push_implied(HtmlTag::Tr);
    if (tag.tag == HtmlTag::Col || tag.tag == HtmlTag::Colgroup) enter(tag, Kind::Html);
    else push(tag, Kind::Html);
}

void OpenElements::push_implied(HtmlTag tag)
{
    StartTag implied;
    implied.tag = tag;
    push(implied, Kind::Html);
}

// Whether the tag is SVG's or MathML's, because we are in it.
bool OpenElements::is_foreign(const StartTag& tag) const
{
    const auto& top = stack_.back();
    if (top.kind == Kind::Html) return false;
    if (top.html_inside)
        return top.kind == Kind::Math && top.tag != HtmlTag::AnnotationXml &&
               (tag.tag == HtmlTag::Mglyph || tag.tag == HtmlTag::Malignmark);
    if (top.kind == Kind::Math && top.tag == HtmlTag::AnnotationXml && tag.tag == HtmlTag::Svg)
        return false;
    return !has(tag.tag, HtmlTrait::BreaksOut) && (tag.tag != HtmlTag::Font || !tag.styles_font);
}

void OpenElements::start_foreign(const StartTag& tag)
{
    const auto kind = stack_.back().kind;
    if (tag.self_closing) enter(tag, kind);
    else push(tag, kind);
}

void OpenElements::leave_foreign()
{
    auto first = stack_.size();
    while (stack_[first - 1].kind != Kind::Html && !stack_[first - 1].html_inside) --first;
    if (first < stack_.size()) close_from(first, false);
}

// @return whether that was all: the end tag is not HTML's.
bool OpenElements::end_foreign(const ElementName& name)
{
    if (name.tag == HtmlTag::P || name.tag == HtmlTag::Br) {
        leave_foreign();
        return false;
    }
    for (auto at = stack_.size() - 1; stack_[at].kind != Kind::Html; --at) {
        if (!stack_[at].is(name)) continue;
        close_from(at, true);
        return true;
    }
    return false;
}

void OpenElements::end_in_body(const ElementName& name)
{
    const auto tag = name.tag;
    if (tag == HtmlTag::P) return end_paragraph();
    if (tag == HtmlTag::Form) return end_form();
    if (tag == HtmlTag::Br) {
        StartTag line_break;
        line_break.tag = tag;
        return enter(line_break, Kind::Html);
    }
    if (!has_open(tag) && !is_heading(tag) && !has(tag, HtmlTrait::Formatting)) return;
    if (tag == HtmlTag::Table || has(tag, HtmlTrait::TablePart)) return end_table_part(tag);
    if (is_heading(tag)) return end_heading();
    if (has(tag, HtmlTrait::Formatting)) return end_formatting(tag);
    if (tag == HtmlTag::Template || !ends_all_within(tag)) return end_other(name);
    close_in_scope(tag);
}

// An end tag without a start makes a paragraph of its own.
void OpenElements::end_paragraph()
{
    if (const auto found = find_in_scope(HtmlTag::P)) return close_from(*found, true);
    StartTag paragraph;
    paragraph.tag = HtmlTag::P;
    enter(paragraph, Kind::Html);
}

void OpenElements::end_form()
{
    form_is_open_ = false;
    const auto found = find_in_scope(HtmlTag::Form);
    if (!found) return;
    while (stack_.size() - 1 > *found && ends_by_itself(stack_.back().tag))
        close_from(stack_.size() - 1, false);
    if (stack_.size() - 1 == *found) close_from(*found, true);
    else take_out(*found);
}

void OpenElements::end_table_part(HtmlTag tag)
{
    const auto found = find(
        [&](const Element& e) { return e.tag == tag && e.kind == Kind::Html; },
        [](const Element& e) { return e.tag == HtmlTag::Table || e.tag == HtmlTag::Template; });
    if (found) close_from(*found, true);
}

// Any heading's end tag ends any heading.
void OpenElements::end_heading()
{
    const auto found =
        find([](const Element& e) { return is_heading(e.tag); },
             [](const Element& e) {
                 return e.kind == Kind::Html ? has(e.tag, HtmlTrait::Scope) : e.html_inside;
             });
    if (found) close_from(*found, true);
}

void OpenElements::end_other(const ElementName& name)
{
    const bool is_template = name.tag == HtmlTag::Template;
    const auto found = find([&](const Element& e) { return e.kind == Kind::Html && e.is(name); },
                            [&](const Element& e) { return !is_template && is_special(e); });
    if (found) close_from(*found, true);
}

}  // namespace lazaret::filter
