#include "milter/filter/rules/rendering/html_source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

struct LiteralElement {
    std::string_view name;
    bool is_cdata;
};

// In the order of HtmlSource::Literal, without None.
constexpr auto literal_elements = std::to_array<LiteralElement>({{"script", true},
                                                                 {"style", true},
                                                                 {"xmp", true},
                                                                 {"iframe", true},
                                                                 {"plaintext", true},
                                                                 {"title", false},
                                                                 {"textarea", false}});

// So often, on average, a byte is looked at in declarations that turn out to be none; each may
// begin within the one before. Behind it, they are not tried.
constexpr std::size_t most_readings = 8;

bool begins_name(char c) { return is_letter(c) || c == '_' || c == ':'; }

bool goes_on_name(char c) { return begins_name(c) || is_digit(c) || c == '.' || c == '-'; }

}  // namespace

std::size_t HtmlSource::skip_blanks(std::size_t position) const
{
    while (position < source_.size() && is_blank(source_[position])) ++position;
    return position;
}

HtmlSource::Kind HtmlSource::give(Kind kind, std::size_t begin, std::size_t end, std::size_t next)
{
    at_ = next;
    text_ = source_.substr(begin, end - begin);
    is_literal_ = is_cdata_;
    return kind;
}

HtmlSource::Kind HtmlSource::give_text(std::size_t end) { return give(Kind::Text, at_, end, end); }

HtmlSource::Kind HtmlSource::next()
{
    if (held_) {
        const auto kind = *held_;
        held_.reset();
        text_ = held_text_;
        return kind;
    }
    const auto is_ignored = [this] {
        return !sections_.empty() && sections_.back() == Section::Ignore;
    };
    for (;;) {
        const bool ignored = is_ignored();
        const auto before = at_;
        auto kind = step();
        if (!kind) {
            if (at_ != before || stays_text_) continue;  // a step that gave nothing
            kind = finish();
            if (!kind) continue;
        }
        if (ignored && *kind != Kind::End) continue;
        if (pending_end_.empty() || *kind == Kind::Text || *kind == Kind::Comment) return *kind;
        held_ = kind;
        held_text_ = text_;
        text_ = std::exchange(pending_end_, {});
        return Kind::EndTag;
    }
}

// The next piece; none: something without a name was passed over, or, when at_ stayed, the rest is
// not complete.
std::optional<HtmlSource::Kind> HtmlSource::step()
{
    if (literal_ != Literal::None) return read_literal();
    if (at_ == source_.size()) return std::nullopt;
    if (!sections_.empty() &&
        (sections_.back() == Section::Cdata || sections_.back() == Section::Rcdata))
        return read_section_text();
    if (source_[at_] == '<' && !stays_text_) return read_markup();
    const auto from = at_ + (stays_text_ ? 1 : 0);
    stays_text_ = false;
    auto end = std::min(source_.find('<', from), source_.size());
    if (!sections_.empty()) {
        const auto close = source_.substr(at_, end - at_).find("]]>");
        if (close != std::string_view::npos) {
            leave_section();
            return give(Kind::Text, at_, at_ + close, at_ + close + 3);
        }
    }
    return give_text(end == source_.size() ? last_text_end() : end);
}

// The document's last text comes in two: up to its last word or the blanks at its end, and the
// rest.
std::size_t HtmlSource::last_text_end() const
{
    auto end = source_.size();
    if (!is_blank(source_[end - 1]))
        while (end > at_ && !is_blank(source_[end - 1])) --end;
    while (end > at_ && is_blank(source_[end - 1])) --end;
    return end > at_ ? end : source_.size();
}

// The text up to the end tag of the element; the tag itself comes behind it.
std::optional<HtmlSource::Kind> HtmlSource::read_literal()
{
    const auto& element = literal_elements[static_cast<std::size_t>(literal_) - 1];
    auto& has_no_end = has_no_end_[static_cast<std::size_t>(literal_) - 1];
    auto open = literal_ == Literal::Plaintext || has_no_end ? std::string_view::npos
                                                             : source_.find('<', at_);
    for (; open != std::string_view::npos; open = source_.find('<', open + 1)) {
        if (at(open + 1) != '/') continue;
        const auto name = source_.substr(open + 2, element.name.size());
        if (!same_ignoring_case(name, element.name)) continue;
        const auto end = skip_blanks(open + 2 + name.size());
        if (at(end) != '>') continue;
        if (open > at_) return give_text(open);
        literal_ = Literal::None;
        is_cdata_ = false;
        return give(Kind::EndTag, open + 2, open + 2 + name.size(), end + 1);
    }
    has_no_end = true;
    return std::nullopt;
}

std::optional<HtmlSource::Kind> HtmlSource::read_section_text()
{
    const auto close = source_.find("]]>", at_);
    if (close == std::string_view::npos) return std::nullopt;
    const bool is_empty = close == at_;
    const auto kind = give(Kind::Text, at_, close, close + 3);
    leave_section();
    if (is_empty) return std::nullopt;
    return kind;
}

void HtmlSource::leave_section()
{
    sections_.pop_back();
    is_cdata_ = !sections_.empty() && sections_.back() == Section::Cdata;
}

std::optional<HtmlSource::Kind> HtmlSource::read_markup()
{
    if (source_.size() - at_ < 3) return std::nullopt;
    const char c = source_[at_ + 1];
    if (begins_name(c)) return read_start();
    if (c == '/') return read_end();
    if (c == '!') return read_declaration();
    if (c == '?') {  // a processing instruction
        const auto end = source_.find('>', at_);
        if (end != std::string_view::npos) at_ = end + 1;
        return std::nullopt;
    }
    stays_text_ = true;
    return std::nullopt;
}

std::optional<HtmlSource::Kind> HtmlSource::read_start()
{
    auto end = at_ + 2;
    while (end < source_.size() && source_[end] != '>' && !is_blank(source_[end])) ++end;
    const auto name_begin = at_ + 1;
    auto name_end = end;
    attributes_.clear();
    // `<br/>` and `<br />` are `<br>`.
    auto word = name_begin;
    while (word < source_.size() && is_word(source_[word])) ++word;
    const auto slash = skip_blanks(word);
    if (word > name_begin && at(slash) == '/' && at(slash + 1) == '>') {
        name_end = word;
        end = slash + 1;
    } else if (!read_attributes(end)) {
        return std::nullopt;
    }
    const auto kind = give(Kind::StartTag, name_begin, name_end, end + 1);
    enter_literal(text_);
    return kind;
}

// From behind a tag's name to its `>`. False when the source ends before.
bool HtmlSource::read_attributes(std::size_t& position)
{
    constexpr std::size_t most_attributes = 1'000;
    Attribute none;
    auto s = skip_blanks(position);
    while (s < source_.size() && source_[s] != '>') {
        const auto name = s++;
        while (s < source_.size() && source_[s] != '>' && source_[s] != '=' &&
               !is_blank(source_[s]))
            ++s;
        auto& attribute = attributes_.size() < most_attributes ? attributes_.emplace_back() : none;
        attribute.name = source_.substr(name, s - name);
        s = skip_blanks(s);
        attribute.value = attribute.name;
        if (at(s) != '=') continue;
        s = skip_blanks(s + 1);
        if (s >= source_.size()) return false;
        if (source_[s] == '>') {
            attribute.value = std::string_view{};
            break;
        }
        if (source_[s] == '"' || source_[s] == '\'') {
            const auto close = source_.find(source_[s], s + 1);
            if (close == std::string_view::npos) return false;
            attribute.value = source_.substr(s + 1, close - s - 1);
            s = close + 1;
        } else {
            const auto value = s;
            while (s < source_.size() && source_[s] != '>' && !is_blank(source_[s])) ++s;
            attribute.value = source_.substr(value, s - value);
        }
        s = skip_blanks(s);
    }
    position = s;
    return s < source_.size();
}

void HtmlSource::enter_literal(std::string_view name)
{
    for (std::size_t i = 0; i < literal_elements.size(); ++i)
        if (same_ignoring_case(name, literal_elements[i].name)) {
            literal_ = static_cast<Literal>(i + 1);
            is_cdata_ = literal_elements[i].is_cdata;
        }
}

std::optional<HtmlSource::Kind> HtmlSource::read_end()
{
    const auto name = at_ + 2;
    auto s = name;
    while (s < source_.size() && source_[s] != '>' && !is_blank(source_[s])) ++s;
    const auto name_end = s;
    // A `>` in quotation marks behind a blank or `=` does not end it.
    char quote = '\0';
    char previous = ' ';
    for (; s < source_.size(); ++s) {
        const char c = source_[s];
        if (quote == '\0' && c == '>') break;
        if (c == '"' || c == '\'') {
            if (c == quote) quote = '\0';
            else if (quote == '\0' && (previous == ' ' || previous == '=')) quote = c;
        }
        previous = c;
    }
    if (s == source_.size()) return std::nullopt;
    if (name_end == name) return give(Kind::Comment, at_, s + 1, s + 1);
    return give(Kind::EndTag, name, name_end, s + 1);
}

std::optional<HtmlSource::Kind> HtmlSource::read_declaration()
{
    const char c = at(at_ + 2);
    if (c == '-') return at(at_ + 3) == '-' ? read_comment() : read_up_to_gt();
    if (c == '[') return read_section();
    return is_letter(c) ? read_doctype() : read_up_to_gt();
}

std::optional<HtmlSource::Kind> HtmlSource::read_up_to_gt()
{
    const auto end = source_.find('>', at_);
    if (end == std::string_view::npos) return std::nullopt;
    return give(Kind::Comment, at_, end + 1, end + 1);
}

std::optional<HtmlSource::Kind> HtmlSource::read_comment()
{
    auto s = at_ + 4;
    if (comment_ends_at_gt_) {
        const auto end = source_.find('>', s);
        if (end == std::string_view::npos) return std::nullopt;
        return give(Kind::Comment, at_, end + 1, end + 1);
    }
    for (s = source_.find('-', s); s != std::string_view::npos; s = source_.find('-', s + 1)) {
        if (at(s + 1) != '-') continue;
        const auto end = skip_blanks(s + 2);
        if (at(end) == '>') return give(Kind::Comment, at_, end + 1, end + 1);
    }
    return std::nullopt;
}

// <!DOCTYPE and <!ENTITY; others are comments.
std::optional<HtmlSource::Kind> HtmlSource::read_doctype()
{
    auto s = at_ + 2;
    while (s < source_.size() && goes_on_name(source_[s])) ++s;
    if (s == source_.size()) return std::nullopt;
    const auto name = source_.substr(at_ + 2, s - at_ - 2);
    const bool is_known = same_ignoring_case(name, "doctype") || same_ignoring_case(name, "entity");
    if (!is_known || read_in_vain_ / most_readings > source_.size()) return read_up_to_gt();
    for (s = skip_blanks(s); s < source_.size() && source_[s] != '>'; s = skip_blanks(s)) {
        if (source_[s] == '"' || source_[s] == '\'') {
            s = source_.find(source_[s], s + 1);
            if (s == std::string_view::npos) return std::nullopt;
            ++s;
        } else if (source_[s] == '-') {
            if (at(s + 1) != '-') {
                read_in_vain_ += s - at_;
                return read_up_to_gt();
            }
            s = source_.find("--", s + 2);
            if (s == std::string_view::npos) return std::nullopt;
            s += 2;
        } else {
            while (s < source_.size() && source_[s] != '>' && !is_blank(source_[s])) ++s;
        }
    }
    if (s >= source_.size()) return std::nullopt;
    return give(Kind::Declaration, at_, s + 1, s + 1);
}

std::optional<HtmlSource::Kind> HtmlSource::read_section()
{
    auto section = Section::Include;
    auto s = skip_blanks(at_ + 3);
    while (begins_name(at(s))) {
        const auto name = s;
        while (goes_on_name(at(s))) ++s;
        const auto word = source_.substr(name, s - name);
        if (same_ignoring_case(word, "rcdata")) section = std::max(section, Section::Rcdata);
        if (same_ignoring_case(word, "cdata")) section = std::max(section, Section::Cdata);
        if (same_ignoring_case(word, "ignore")) section = Section::Ignore;
        s = skip_blanks(s);
    }
    if (s >= source_.size()) return std::nullopt;
    if (source_[s] != '[') return read_up_to_gt();
    if (!sections_.empty()) section = std::max(section, sections_.back());
    sections_.push_back(section);
    is_cdata_ = section == Section::Cdata;
    at_ = s + 1;
    return std::nullopt;
}

// What is left when nothing more comes: an element, comment or tag that was never closed. None:
// what follows is to be read in another way now.
std::optional<HtmlSource::Kind> HtmlSource::finish()
{
    if (literal_ == Literal::Script || literal_ == Literal::Style) {
        if (at_ < source_.size()) return give_text(source_.size());
        text_ = literal_elements[static_cast<std::size_t>(literal_) - 1].name;
        literal_ = Literal::None;
        is_cdata_ = false;
        return Kind::EndTag;
    }
    if (at_ == source_.size()) {
        text_ = {};
        literal_ = Literal::None;
        return Kind::End;
    }
    if (literal_ == Literal::Title) {
        pending_end_ = "title";
        literal_ = Literal::None;
        return std::nullopt;
    }
    if (literal_ != Literal::None) {
        const auto kind = give_text(source_.size());
        literal_ = Literal::None;
        return kind;
    }
    const bool in_section = !sections_.empty();
    if (source_[at_] == '<' && !comment_ends_at_gt_) {
        comment_ends_at_gt_ = true;
        return std::nullopt;
    }
    sections_.clear();
    const char c = at(at_ + 1);
    const bool is_markup =
        source_[at_] == '<' && (c == '\0' || begins_name(c) || c == '/' || c == '!' || c == '?');
    if (is_markup && !in_section) return give(Kind::Comment, at_, source_.size(), source_.size());
    return give_text(source_.size());
}

}  // namespace lazaret::filter::rules
