#include "milter/filter/message/parameters.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_value = 500;         // bytes of what stands before the parameters
constexpr std::size_t longest_parameters = 8'192;  // bytes of all that are kept
constexpr int most_parameters = 100;

// GMime is to see a NUL as a blank.
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; }

bool is_digit_or_star(char c) { return c == '*' || (c >= '0' && c <= '9'); }

bool goes_on_value(char c) { return c != ';' && c != '('; }

bool goes_on_name(char c) { return goes_on_value(c) && c != '=' && c != '*' && !is_blank(c); }

// `*`, `*1`, `*1*`, or nothing (RFC 2231).
bool are_stars(std::string_view stars)
{
    constexpr std::size_t most_digits = 3;
    if (stars.empty()) return true;
    stars.remove_prefix(1);
    const auto digits = std::min(stars.find('*'), stars.size());
    const auto rest = stars.size() - digits;
    return digits <= most_digits && (rest == 0 || (rest == 1 && digits > 0));
}

struct Parameter {
    std::string_view name;
    std::string_view stars;  ///< `*`, `*0`, `*0*` (RFC 2231)
    std::string_view value;  ///< between its quotes, escapes as written
    bool is_quoted = false;
};

/// Walks over a field. Damage costs the parameter that it is in, not those behind it.
class Scanner {
public:
    explicit Scanner(std::string_view field) : field_{field} {}

    /// What stands before the first parameter.
    std::string value()
    {
        std::string out;
        do out += take_while(goes_on_value);
        while (skip_comment());
        return out;
    }

    std::optional<Parameter> next()
    {
        while (skip_separator())
            if (auto parameter = read()) return parameter;
        return std::nullopt;
    }

private:
    bool skip_separator()
    {
        while (at_ < field_.size() && field_[at_] != ';')
            if (!skip_comment()) ++at_;
        if (at_ >= field_.size()) return false;
        ++at_;
        return true;
    }

    std::optional<Parameter> read()
    {
        Parameter out;
        skip_blanks();
        out.name = take_while(goes_on_name);
        skip_blanks();
        if (is_at('*')) out.stars = take_while(is_digit_or_star);
        skip_blanks();
        if (!is_at('=')) return std::nullopt;
        ++at_;
        skip_blanks();
        out.is_quoted = is_at('"');
        out.value = out.is_quoted ? quoted() : unquoted();
        if (!are_stars(out.stars)) return std::nullopt;  // GMime would read nothing behind it
        return out;
    }

    [[nodiscard]] bool is_at(char c) const { return at_ < field_.size() && field_[at_] == c; }

    template <class GoesOn>
    std::string_view take_while(GoesOn goes_on)
    {
        const auto begin = at_;
        while (at_ < field_.size() && goes_on(field_[at_])) ++at_;
        return field_.substr(begin, at_ - begin);
    }

    std::string_view quoted()
    {
        const auto begin = ++at_;
        while (at_ < field_.size() && field_[at_] != '"')
            at_ = std::min(at_ + (field_[at_] == '\\' ? 2 : 1), field_.size());
        const auto end = at_;
        if (at_ < field_.size()) ++at_;
        return field_.substr(begin, end - begin);
    }

    // `Invoice (1).pdf` is a name that somebody should have quoted, `a.js (script)` has a comment.
    std::string_view unquoted()
    {
        const auto begin = at_;
        auto end = at_;
        while (at_ < field_.size() && field_[at_] != ';') {
            const bool may_be_comment = at_ > begin && is_blank(field_[at_ - 1]);
            if (may_be_comment && skip_comment()) continue;
            if (!is_blank(field_[at_++])) end = at_;
        }
        return field_.substr(begin, end - begin);
    }

    void skip_blanks()
    {
        do take_while(is_blank);
        while (skip_comment());
    }

    // One that has no end is text, and so is what looks like one behind it: each field is passed
    // over once for its comments.
    bool skip_comment()
    {
        if (!is_at('(') || has_open_comment_) return false;
        int depth = 0;
        for (auto at = at_; at < field_.size(); ++at) {
            if (field_[at] == '\\') ++at;
            else if (field_[at] == '(') ++depth;
            else if (field_[at] == ')' && --depth == 0) {
                at_ = at + 1;
                return true;
            }
        }
        has_open_comment_ = true;
        return false;
    }

    std::string_view field_;
    std::size_t at_ = 0;
    bool has_open_comment_ = false;
};

bool is_file_name(std::string_view name)
{
    return same_ignoring_case(name, "name") || same_ignoring_case(name, "filename");
}

// A backslash at the end would take the quote that we write behind it.
std::string_view without_open_escape(std::string_view value)
{
    const auto last = value.find_last_not_of('\\');
    const auto slashes = value.size() - (last == std::string_view::npos ? 0 : last + 1);
    return value.substr(0, value.size() - slashes % 2);
}

// As token (RFC 2045 5.1); mail programs let it end at a blank only. No charset has a bracket.
std::string_view as_token(const Parameter& parameter)
{
    if (parameter.is_quoted || is_file_name(parameter.name)) return parameter.value;
    const auto is_charset = same_ignoring_case(parameter.name, "charset");
    const auto* const end = std::ranges::find_if(
        parameter.value, [&](char c) { return is_blank(c) || (is_charset && c == '('); });
    return {parameter.value.begin(), end};
}

// Whether it says no charset, or one that may be decoded. Of a value in pieces GMime reads one in
// the first that it sees, whichever number that has.
bool is_allowed(const Parameter& parameter, bool is_first_piece, CharsetChanges& changes)
{
    const bool may_say_one = parameter.stars == "*" || is_first_piece;
    if (!may_say_one || !parameter.stars.ends_with('*')) return true;
    const auto quote = parameter.value.find('\'');
    return quote == std::string_view::npos || changes.allow(parameter.value.substr(0, quote));
}

void append_escaped(std::string& out, std::string_view value)
{
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
}

// As much of its value as there is room for.
std::string_view cut_value(CutField& out, const Parameter& parameter)
{
    const auto room = longest_parameters - std::min(out.text.size(), longest_parameters);
    auto value = as_token(parameter);
    out.cut_short = out.cut_short || value.size() > room;
    value = value.substr(0, room);
    return parameter.is_quoted ? without_open_escape(value) : value;
}

// In quotes, so that GMime reads it as we do.
void append(CutField& out, const Parameter& parameter)
{
    const auto value = cut_value(out, parameter);
    out.text.append("; ").append(parameter.name).append(parameter.stars) += "=\"";
    const bool is_plain = parameter.is_quoted || value.find_first_of("\"\\") == value.npos;
    if (is_plain) out.text += value;
    else append_escaped(out.text, value);
    out.text += '"';
}

// Without escapes and folds.
std::string plain_value(CutField& out, const Parameter& parameter)
{
    const auto value = cut_value(out, parameter);
    std::string plain;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (parameter.is_quoted && value[at] == '\\') ++at;
        if (value[at] != '\r' && value[at] != '\n') plain += value[at];
    }
    return plain;
}

}  // namespace

CutField cut_field(std::string_view field, std::span<const std::string_view> names,
                   CharsetChanges& changes)
{
    Scanner scanner{field};
    CutField out;
    out.text = scanner.value();
    out.cut_short = out.text.size() > longest_value;
    if (out.cut_short) out.text.resize(longest_value);
    std::vector<bool> has_pieces(names.size());
    bool has_boundary = false;
    for (int count = 0; const auto parameter = scanner.next();) {
        const auto name = std::ranges::find_if(
            names, [&](auto one) { return same_ignoring_case(one, parameter->name); });
        if (name == names.end()) continue;
        if (++count > most_parameters || out.text.size() > longest_parameters) {
            out.cut_short = true;
            break;
        }
        if (*name == "boundary" && (out.boundary || (!has_boundary && parameter->stars.empty()))) {
            if (!out.boundary) out.boundary = plain_value(out, *parameter);
            continue;  // the first counts
        }
        const auto index = static_cast<std::size_t>(name - names.begin());
        if (!is_allowed(*parameter, !has_pieces[index], changes)) continue;
        has_pieces[index] = has_pieces[index] || parameter->stars.size() > 1;
        has_boundary = has_boundary || *name == "boundary";
        append(out, *parameter);
    }
    std::ranges::replace(out.text, '\0', ' ');
    return out;
}

}  // namespace lazaret::filter
