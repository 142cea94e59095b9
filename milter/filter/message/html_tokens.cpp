#include "milter/filter/message/html_tokens.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/message/character_references.hpp"

namespace lazaret::filter {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view cdata_start = "<![CDATA[";
constexpr std::string_view doctype_start = "<!doctype";

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f';
}

// What each byte ends, so that names and values are passed over with one look a byte.
enum : unsigned char { ends_tag_name = 1, ends_attribute_name = 2, ends_unquoted = 4 };

constexpr auto ends = [] {
    std::array<unsigned char, 256> table{};
    for (const char c : {' ', '\n', '\r', '\t', '\f', '>'})
        table[static_cast<unsigned char>(c)] = ends_tag_name | ends_attribute_name | ends_unquoted;
    table['/'] = ends_tag_name | ends_attribute_name;
    table['='] = ends_attribute_name;
    return table;
}();

std::size_t find_end(std::string_view text, std::size_t from, unsigned char what)
{
    while (from < text.size() && (ends[static_cast<unsigned char>(text[from])] & what) == 0) ++from;
    return from;
}

std::size_t skip_blanks(std::string_view text, std::size_t from)
{
    while (from < text.size() && is_blank(text[from])) ++from;
    return from;
}

// Appends `text` with references replaced where `decode` says so, NUL by `nul`, and CR LF or CR by
// `line_end`, if there is one.
struct Change {
    bool decode = false;
    bool in_attribute = false;
    std::string_view nul;
    std::string_view line_end;
};

void append_changed(std::string_view text, const Change& change, std::string& out)
{
    const auto is_mark = [](char c) { return c == '\0' || c == '\r'; };
    while (!text.empty()) {
        const auto mark = std::find_if(text.begin(), text.end(), is_mark);
        const auto piece = text.substr(0, static_cast<std::size_t>(mark - text.begin()));
        if (change.decode) append_decoded(piece, change.in_attribute, out);
        else out += piece;
        text.remove_prefix(piece.size());
        if (text.empty()) return;
        const bool is_nul = text.front() == '\0';
        const bool is_pair = text.starts_with("\r\n") && !change.line_end.empty();
        if (is_nul) out += change.nul;
        else out += change.line_end.empty() ? "\r" : change.line_end;
        text.remove_prefix(is_pair ? 2 : 1);
    }
}

}  // namespace

HtmlTokens::HtmlTokens(std::string_view source)
    : source_{source}, has_nul_{source.find('\0') != std::string_view::npos}
{
}

HtmlTokens::Kind HtmlTokens::next()
{
    return content_ == Content::Markup ? next_in_markup() : next_in_raw();
}

void HtmlTokens::read_content_as(Content content)
{
    content_ = content;
    raw_name_ = name_;
}

std::string_view HtmlTokens::text()
{
    const bool decode =
        !is_cdata_ && (text_read_as_ == Content::Markup || text_read_as_ == Content::Rcdata);
    if (!has_nul_ && (!decode || text_.find('&') == std::string_view::npos)) return text_;
    buffer_.clear();
    // Where there is markup, NUL is nothing (13.2.6.4.7).
    const auto nul = text_read_as_ == Content::Markup ? std::string_view{} : replacement;
    append_changed(text_, {decode, false, nul, {}}, buffer_);
    return buffer_;
}

const HtmlTokens::Attribute* HtmlTokens::find(std::string_view name) const
{
    for (const auto& attribute : attributes_)
        if (attribute.name.size() == name.size() && same_ignoring_case(attribute.name, name))
            return &attribute;
    return nullptr;
}

bool HtmlTokens::has_attribute(std::string_view name) const { return find(name) != nullptr; }

std::string_view HtmlTokens::attribute(std::string_view name)
{
    const auto* found = find(name);
    if (!found) return {};
    const auto is_as_written = [](char c) { return c != '&' && c != '\r' && c != '\0'; };
    if (std::all_of(found->value.begin(), found->value.end(), is_as_written)) return found->value;
    buffer_.clear();
    append_changed(found->value, {true, true, replacement, "\n"}, buffer_);
    return buffer_;
}

HtmlTokens::Kind HtmlTokens::next_in_markup()
{
    while (at_ < source_.size()) {
        if (!begins_markup(at_)) {
            auto end = source_.find('<', at_);
            while (end != std::string_view::npos && !begins_markup(end))
                end = source_.find('<', end + 1);
            return give_text(std::min(end, source_.size()));
        }
        const char mark = source_[at_ + 1];
        if (is_letter(mark)) {
            ++at_;
            return read_tag() ? Kind::StartTag : Kind::End;
        }
        if (mark == '/' && is_letter(source_[at_ + 2])) {
            at_ += 2;
            return read_tag() ? Kind::EndTag : Kind::End;
        }
        const auto rest = source_.substr(at_);
        if (cdata_allowed_ && rest.starts_with(cdata_start)) {
            if (read_cdata()) return Kind::Text;
        } else if (rest.starts_with("<!--")) {
            skip_comment();
        } else {
            skip_past('>');
            if (!starts_ignoring_case(rest, doctype_start)) continue;  // it counts as a comment
            text_ = rest.substr(doctype_start.size());
            text_ = text_.substr(0, text_.find('>'));
            return Kind::Doctype;
        }
    }
    return Kind::End;
}

// A lone `<` is text, and so is `</` at the end.
bool HtmlTokens::begins_markup(std::size_t at) const
{
    if (source_[at] != '<' || at + 1 >= source_.size()) return false;
    const char mark = source_[at + 1];
    return is_letter(mark) || mark == '!' || mark == '?' ||
           (mark == '/' && at + 2 < source_.size());
}

HtmlTokens::Kind HtmlTokens::give_text(std::size_t end)
{
    text_ = source_.substr(at_, end - at_);
    text_read_as_ = content_;
    is_cdata_ = false;
    at_ = end;
    return Kind::Text;
}

bool HtmlTokens::read_cdata()
{
    const auto start = at_ + cdata_start.size();
    const auto end = std::min(source_.find("]]>", start), source_.size());
    at_ = start;
    give_text(end);
    is_cdata_ = true;
    at_ = std::min(end + 3, source_.size());
    return !text_.empty();
}

void HtmlTokens::skip_past(char end)
{
    const auto found = source_.find(end, at_);
    at_ = found == std::string_view::npos ? source_.size() : found + 1;
}

// A comment ends at `-->`, `--!>`, or right where it began: `<!-->`, `<!--->`.
void HtmlTokens::skip_comment()
{
    at_ += 4;
    const auto rest = source_.substr(at_);
    if (rest.starts_with('>') || rest.starts_with("->")) {
        skip_past('>');
        return;
    }
    for (auto end = source_.find("--", at_); end != std::string_view::npos;
         end = source_.find("--", end + 1)) {
        const auto behind = source_.substr(end + 2, 2);
        if (behind.starts_with('>') || behind == "!>") {
            at_ = end;
            skip_past('>');
            return;
        }
    }
    at_ = source_.size();
}

bool HtmlTokens::read_tag()
{
    const auto end = find_end(source_, at_, ends_tag_name);
    name_ = source_.substr(at_, end - at_);
    at_ = end;
    self_closing_ = false;
    attributes_.clear();
    while (at_ < source_.size()) {
        const char c = source_[at_];
        if (c == '>') {
            ++at_;
            return true;
        }
        if (c == '/' || is_blank(c)) {
            ++at_;
            self_closing_ = c == '/' && source_.substr(at_).starts_with('>');
        } else if (!read_attribute()) {
            break;
        }
    }
    at_ = source_.size();
    return false;
}

// @return false when the document ends in it.
bool HtmlTokens::read_attribute()
{
    // A `=` at its start belongs to the name.
    const auto name_end = find_end(source_, at_ + 1, ends_attribute_name);
    attributes_.push_back({source_.substr(at_, name_end - at_), {}});
    at_ = skip_blanks(source_, name_end);
    if (!source_.substr(at_).starts_with('=')) return true;
    at_ = skip_blanks(source_, at_ + 1);
    if (at_ >= source_.size()) return false;
    const char quote = source_[at_];
    if (quote == '>') return true;
    const bool quoted = quote == '"' || quote == '\'';
    const auto start = quoted ? at_ + 1 : at_;
    const auto end = quoted ? source_.find(quote, start) : find_end(source_, start, ends_unquoted);
    if (end == std::string_view::npos) return false;
    attributes_.back().value = source_.substr(start, end - start);
    at_ = quoted ? end + 1 : end;
    return true;
}

HtmlTokens::Kind HtmlTokens::next_in_raw()
{
    if (at_ >= source_.size()) return Kind::End;
    const auto end = end_of_raw();
    if (end > at_) return give_text(end);
    content_ = Content::Markup;
    at_ += 2;
    return read_tag() ? Kind::EndTag : Kind::End;
}

// Where the end tag stands, or the end of the document.
std::size_t HtmlTokens::end_of_raw() const
{
    if (content_ == Content::Plaintext) return source_.size();
    if (content_ == Content::Script) return end_of_script();
    for (auto end = source_.find("</", at_); end != std::string_view::npos;
         end = source_.find("</", end + 2))
        if (is_name_at(end + 2, raw_name_)) return end;
    return source_.size();
}

// Whether the name of a tag stands there, to its end.
bool HtmlTokens::is_name_at(std::size_t at, std::string_view name) const
{
    const auto behind = at + name.size();
    return behind < source_.size() &&
           (is_blank(source_[behind]) || source_[behind] == '/' || source_[behind] == '>') &&
           same_ignoring_case(source_.substr(at, name.size()), name);
}

// The end tag of a script does not count in a script within a comment within the script.
std::size_t HtmlTokens::end_of_script() const
{
    enum class State { Plain, InComment, InInnerScript } state = State::Plain;
    for (auto at = at_; at < source_.size(); ++at) {
        const auto rest = source_.substr(at);
        if (source_[at] == '>' && at >= at_ + 2 && source_.substr(at - 2, 2) == "--") {
            state = State::Plain;
        } else if (source_[at] != '<') {
            continue;
        } else if (state == State::Plain && rest.starts_with("<!--")) {
            state = State::InComment;
            at += 3;
        } else if (rest.starts_with("</") && is_name_at(at + 2, raw_name_)) {
            if (state != State::InInnerScript) return at;
            state = State::InComment;
        } else if (state == State::InComment && is_name_at(at + 1, raw_name_)) {
            state = State::InInnerScript;
        }
    }
    return source_.size();
}

}  // namespace lazaret::filter
