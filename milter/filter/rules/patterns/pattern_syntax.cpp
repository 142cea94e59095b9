#include "milter/filter/rules/patterns/pattern_syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace lazaret::filter::rules {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Walks over the parts of an expression: literals, escapes, classes, groups.
class Walk {
public:
    explicit Walk(const Pattern& pattern)
        : text_{pattern.text},
          dot_takes_newline_{pattern.flags.find('s') != std::string::npos},
          is_extended_{pattern.flags.find('x') != std::string::npos}
    {
    }

    PatternTraits run()
    {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\\') escape();
            else if (c == '[') char_class();
            else if (c == '(') group();
            else literal(c);
        }
        // Whether `.` takes a line feed may change on the way.
        if (has_dot_ && (dot_takes_newline_ || traits_.has_inline_flags))
            traits_.matches_newline = true;
        // Nothing read behind these is sure.
        if (traits_.is_obscure)
            traits_.matches_newline = traits_.has_anchor = traits_.has_dollar = true;
        return traits_;
    }

private:
    void literal(char c)
    {
        ++at_;
        if (c == '.') {
            has_dot_ = true;
        } else if (c == '^' || c == '$') {
            traits_.has_anchor = true;
            traits_.has_dollar = traits_.has_dollar || c == '$';
        } else if (c == '\n' && !is_extended_) {
            traits_.matches_newline = true;
        } else if (c == '#' && is_extended_) {
            traits_.is_obscure = true;
        }
    }

    void escape()
    {
        const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        switch (c) {
            case 'A':
            case 'z':
            case 'Z':
            case 'G': traits_.has_end_anchor = true; break;
            case 'Q': traits_.is_obscure = true; break;
            default: takes(c);
        }
        at_ += 2;
    }

    /// `\x0a`, or the low end of a range that reaches over it.
    [[nodiscard]] bool is_low_number() const
    {
        const auto digits = text_.substr(std::min(at_ + 2, text_.size()), 2);
        if (digits.starts_with('{')) return true;  // rare: not worth reading
        unsigned value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        return value <= '\n';
    }

    /// What the escape here may take, inside a class and out of it.
    void takes(char c)
    {
        switch (c) {
            case 'x':
                if (is_low_number()) traits_.matches_newline = true;
                break;
            case 's':
            case 'n':
            case 'v':
            case 'R':
            case 'W':
            case 'D':
            case 'H':
            case 'X':
            case 'C':
            case 'o':
            case 'c':
            case 'p':
            case 'P': traits_.matches_newline = true; break;
            default:  // by its octal number, or a group taken again
                if (is_digit(c)) traits_.matches_newline = true;
        }
    }

    void char_class()
    {
        ++at_;
        const bool negated = at_ < text_.size() && text_[at_] == '^';
        if (negated) ++at_;
        bool names_newline = false;
        bool is_first = true;
        while (at_ < text_.size() && (text_[at_] != ']' || is_first)) {
            is_first = false;
            if (text_[at_] == '\\') {
                const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
                names_newline = names_newline || c == 's' || c == 'n';
                if (!negated) takes(c);
                at_ += 2;
                if (c == 'Q') traits_.is_obscure = true;
                if (!negated && at_ < text_.size() && text_[at_] == '-')
                    traits_.matches_newline = true;  // `[\t- ]`: rare, not worth reading
            } else if (text_.compare(at_, 2, "[:") == 0) {
                posix(negated);
            } else {
                range(negated);
            }
        }
        if (at_ < text_.size()) ++at_;
        if (negated && !names_newline) traits_.matches_newline = true;
    }

    void posix(bool negated)
    {
        const auto end = end_of_named_class(text_, at_);
        if (end == 0) {
            ++at_;
            return;
        }
        if (!negated) {
            const auto name = text_.substr(at_ + 2, end - at_ - 4);
            const bool plain = name == "alpha" || name == "alnum" || name == "digit" ||
                               name == "upper" || name == "lower" || name == "punct" ||
                               name == "word" || name == "xdigit" || name == "graph" ||
                               name == "print" || name == "blank";
            if (!plain) traits_.matches_newline = true;
        }
        at_ = end;
    }

    /// One character of a class, and up to which it reaches.
    void range(bool negated)
    {
        const char low = text_[at_];
        ++at_;
        if (negated) return;
        if (low == '\n') traits_.matches_newline = true;
        // From a control character on, a range may reach over the line feed.
        if (low >= 0 && low < '\n' && at_ < text_.size() && text_[at_] == '-')
            traits_.matches_newline = true;
    }

    void group()
    {
        ++at_;
        if (at_ + 1 >= text_.size() || text_[at_] != '?') return;
        const char c = text_[at_ + 1];
        if (c == '#') {
            at_ = std::min(text_.find(')', at_), text_.size());
            return;
        }
        const bool names_flags = c == '^' || c == '-' || (c >= 'a' && c <= 'z');
        if (names_flags && c != '<' && c != 'P') {
            traits_.has_inline_flags = true;
            const auto end = std::min(text_.find_first_of(":)", at_), text_.size());
            const auto flags = text_.substr(at_ + 1, end - at_ - 1);
            const auto minus = std::min(flags.find('-'), flags.size());
            if (flags.starts_with('^') || flags.substr(0, minus).find('x') != flags.npos ||
                flags.substr(minus).find('m') != flags.npos)
                traits_.is_obscure = true;
            at_ = end;
        } else {
            at_ += 2;  // of (?=, (?!, (?:, (?>, (?<
        }
    }

    std::string_view text_;
    bool dot_takes_newline_;
    bool is_extended_;
    bool has_dot_ = false;
    std::size_t at_ = 0;
    PatternTraits traits_;
};

/// Copies an expression escape by escape, class by class; `change` may write something else in the
/// place of an escape or of a `{` that stand outside of classes. It gets the rest of the text, and
/// gives how much of it is done, or 0 for nothing.
template <class Change>
std::string rewritten(std::string_view text, Change&& change)
{
    std::string made;
    made.reserve(text.size() + 8);
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '\\' || c == '{') {
            if (const std::size_t done = change(text.substr(at), made)) {
                at += done;
                continue;
            }
        }
        auto end = at + 1;
        if (c == '[') end = end_of_class(text, at);
        else if (c == '\\') end = std::min(at + 2, text.size());
        made += text.substr(at, end - at);
        at = end;
    }
    return made;
}

/// Writes counts in the one way that PCRE2 knows.
std::string with_counts(std::string_view text)
{
    return rewritten(text, [](std::string_view rest, std::string& made) -> std::size_t {
        const auto end = rest.find('}');
        if (rest[0] != '{' || end == std::string_view::npos) return 0;
        std::string inner;
        for (const char c : rest.substr(1, end - 1))
            if (c != ' ') inner += c;
        if (inner.size() == end - 1 && !inner.starts_with(',')) return 0;
        const auto low = inner.find_first_not_of("0123456789");
        const bool has_comma = low != std::string::npos && inner[low] == ',';
        if (inner.find_first_of("0123456789") == std::string::npos ||
            (low != std::string::npos && !has_comma) ||
            (has_comma && inner.find_first_not_of("0123456789", low + 1) != std::string::npos))
            return 0;
        made += low == 0 ? "{0" : "{";
        made += inner + '}';
        return end + 1;
    });
}

/// The other case of a letter of Latin 1 beyond ASCII, or 0.
unsigned other_case(unsigned byte)
{
    if (byte < 0xc0 || byte == 0xd7 || byte == 0xf7 || byte == 0xdf || byte == 0xff) return 0;
    return byte ^ 0x20U;
}

/// Adds the other case to each byte of Latin 1: Perl knows it under /aa, though the text be bytes.
class Folding {
public:
    explicit Folding(std::string_view text) : text_{text} {}

    std::string run()
    {
        while (at_ < text_.size()) {
            if (text_[at_] == '[') {
                char_class();
                continue;
            }
            const auto begin = at_;
            const auto byte = next();
            const auto written = text_.substr(begin, at_ - begin);
            if (const unsigned other = other_case(byte)) {
                made_ += '[';
                made_ += written;
                add(other);
                made_ += ']';
            } else {
                made_ += written;
            }
        }
        return std::move(made_);
    }

private:
    void add(unsigned byte)
    {
        constexpr std::string_view digits = "0123456789abcdef";
        made_ += "\\x";
        made_ += digits[byte >> 4];
        made_ += digits[byte & 15];
    }

    /// Steps over a character or an escape. @return the byte it stands for, or 0.
    unsigned next()
    {
        const char c = text_[at_++];
        if (c != '\\' || at_ >= text_.size()) return static_cast<unsigned char>(c);
        const char escaped = text_[at_++];
        if (escaped != 'x') return 0;
        unsigned value = 0;
        const auto digits = text_.substr(at_, 2);
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        const auto length = static_cast<std::size_t>(end.ptr - digits.data());
        at_ += length;
        return length == 2 ? value : 0;
    }

    void char_class()
    {
        const auto begin = at_++;
        if (text_.substr(at_).starts_with('^')) ++at_;
        std::array<bool, 256> has{};
        for (bool is_first = true; at_ < text_.size() && (text_[at_] != ']' || is_first);
             is_first = false) {
            if (const auto end = end_of_named_class(text_, at_); end != 0) {
                at_ = end;
                continue;
            }
            const auto low = next();
            auto high = low;
            if (low != 0 && at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
                ++at_;
                high = next();
            }
            for (auto byte = low; byte <= high && byte < has.size(); ++byte) has[byte] = true;
        }
        made_ += text_.substr(begin, at_ - begin);
        for (unsigned byte = 0xc0; byte < has.size(); ++byte)
            if (const auto other = other_case(byte); has[byte] && other && !has[other]) add(other);
        if (at_ < text_.size()) made_ += text_[at_++];
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string made_;
};

}  // namespace

PatternTraits traits_of(const Pattern& pattern) { return Walk{pattern}.run(); }

std::size_t end_of_class(std::string_view text, std::size_t at)
{
    ++at;
    if (text.substr(at).starts_with('^')) ++at;
    if (text.substr(at).starts_with(']')) ++at;
    while (at < text.size() && text[at] != ']') {
        if (const auto end = end_of_named_class(text, at); end != 0) at = end;
        else at += text[at] == '\\' ? 2U : 1U;
    }
    return std::min(at + 1, text.size());
}

std::size_t end_of_group(std::string_view text, std::size_t at)
{
    for (std::size_t depth = 0; at < text.size();) {
        const char c = text[at];
        if (c == '[') {
            at = end_of_class(text, at);
            continue;
        }
        if (c == '\\') ++at;
        else if (c == '(') ++depth;
        else if (c == ')' && --depth == 0) return at + 1;
        ++at;
    }
    return text.size();
}

std::size_t end_of_named_class(std::string_view text, std::size_t at)
{
    if (!text.substr(at).starts_with("[:")) return 0;
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz^", at + 2);
    return text.substr(std::min(end, text.size())).starts_with(":]") ? end + 2 : 0;
}

std::string for_pcre2(const Pattern& pattern)
{
    const bool has_brace = pattern.text.find('{') != std::string::npos;
    auto text = has_brace ? with_counts(pattern.text) : pattern.text;
    const bool any_case = pattern.flags.find('i') != std::string::npos ||
                          std::string_view{pattern.text}.starts_with("(?i");
    if (any_case && !traits_of(pattern).is_obscure) text = Folding{text}.run();
    return text;
}

std::string with_line_anchors(std::string_view text)
{
    return rewritten(text, [](std::string_view rest, std::string& made) -> std::size_t {
        if (rest.size() < 2 || rest[0] != '\\') return 0;
        if (rest[1] == 'A') made += '^';
        else if (rest[1] == 'z' || rest[1] == 'Z') made += '$';
        else return 0;
        return 2;
    });
}

std::string with_open_counts(std::string_view text, std::size_t most)
{
    return rewritten(text, [most](std::string_view rest, std::string& made) -> std::size_t {
        if (rest[0] != '{') return 0;
        const auto number_at = [rest](std::size_t at) -> std::optional<std::size_t> {
            std::size_t value = 0;
            const auto [end, fault] =
                std::from_chars(rest.data() + at, rest.data() + rest.size(), value);
            if (fault != std::errc{}) return std::nullopt;
            return value;
        };
        const auto comma = rest.find_first_not_of("0123456789", 1);
        if (comma == 1 || comma == std::string_view::npos || rest[comma] != ',') return 0;
        const auto end = rest.find_first_not_of("0123456789", comma + 1);
        if (end == std::string_view::npos || rest[end] != '}') return 0;
        const auto least = number_at(1);
        const auto highest = number_at(comma + 1);
        if (!least || !highest || *highest <= most || *least > 1) return 0;
        made += *least == 0 ? '*' : '+';
        return end + 1;
    });
}

}  // namespace lazaret::filter::rules
