#include "milter/filter/rules/patterns/pattern_tree.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "milter/filter/rules/patterns/pattern_syntax.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr int deepest = 100;
constexpr std::string_view repetitions = "?*+{";

bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// `\d` and its like, with /aa: ASCII alone.
std::optional<ByteSet> named_class(char name)
{
    static const auto digits = byte_range('0', '9');
    static const auto words =
        digits | byte_range('A', 'Z') | byte_range('a', 'z') | byte_range('_', '_');
    static const auto spaces = byte_range('\t', '\r') | byte_range(' ', ' ');
    static const auto horizontal =
        byte_range('\t', '\t') | byte_range(' ', ' ') | byte_range(0xa0, 0xa0);
    static const auto vertical = byte_range('\n', '\r') | byte_range(0x85, 0x85);
    switch (name) {
        case 'd': return digits;
        case 'D': return ~digits;
        case 'w': return words;
        case 'W': return ~words;
        case 's': return spaces;
        case 'S': return ~spaces;
        case 'h': return horizontal;
        case 'H': return ~horizontal;
        case 'v': return vertical;
        case 'V': return ~vertical;
        default: return std::nullopt;
    }
}

/// `[:xdigit:]` and its like, which stand in a class; ASCII alone.
std::optional<ByteSet> named_class(std::string_view name)
{
    const auto digits = byte_range('0', '9');
    const auto small = byte_range('a', 'z');
    const auto capitals = byte_range('A', 'Z');
    if (name == "[:digit:]") return digits;
    if (name == "[:lower:]") return small;
    if (name == "[:upper:]") return capitals;
    if (name == "[:alpha:]") return small | capitals;
    if (name == "[:alnum:]") return digits | small | capitals;
    if (name == "[:xdigit:]") return digits | byte_range('a', 'f') | byte_range('A', 'F');
    if (name == "[:space:]") return named_class('s');
    if (name == "[:word:]") return named_class('w');
    return std::nullopt;
}

PatternTree byte_of(const ByteSet& bytes)
{
    return {.kind = PatternTree::Kind::Byte, .bytes = bytes};
}

class Reading {
    using Kind = PatternTree::Kind;

public:
    /// @param takes_line_ends  whether a dot may do so.
    Reading(std::string_view text, std::string_view flags, bool takes_line_ends)
        : text_{text},
          takes_line_ends_{takes_line_ends},
          is_caseless_{flags.find('i') != std::string_view::npos ||
                       text.find("(?i") != std::string_view::npos},
          is_extended_{flags.find('x') != std::string_view::npos}
    {
    }

    std::optional<PatternTree> run()
    {
        auto whole = alternatives(0);
        if (!is_understood_ || at_ != text_.size()) return std::nullopt;
        return whole;
    }

private:
    [[nodiscard]] bool sees(std::string_view what) const
    {
        return text_.substr(at_).starts_with(what);
    }

    PatternTree not_understood()
    {
        is_understood_ = false;
        return {};
    }

    PatternTree alternatives(int depth)
    {
        PatternTree all{.kind = Kind::Choice};
        all.parts.push_back(sequence(depth));
        while (is_understood_ && sees("|")) {
            ++at_;
            all.parts.push_back(sequence(depth));
        }
        return all;
    }

    PatternTree sequence(int depth)
    {
        PatternTree all{.kind = Kind::Sequence};
        skip_ignored();
        while (is_understood_ && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
            all.parts.push_back(repeated(item(depth)));
            skip_ignored();
        }
        return all;
    }

    /// Blanks and comments, with the flag x.
    void skip_ignored()
    {
        constexpr std::string_view blanks = " \t\n\r\f\v";
        while (is_extended_ && at_ < text_.size()) {
            if (text_[at_] == '#') at_ = std::min(text_.find('\n', at_), text_.size());
            else if (blanks.find(text_[at_]) != std::string_view::npos) ++at_;
            else return;
        }
    }

    PatternTree item(int depth)
    {
        const char c = text_[at_];
        if (c == '(') return group(depth);
        if (sees("[[:<:]]") || sees("[[:>:]]")) return not_understood();  // ends of words
        if (c == '[') return byte_of(either_case(char_class()));
        ++at_;
        if (c == '\\') return escape();
        if (c == '^' || c == '$') return {};
        if (c == '.') return byte_of(takes_line_ends_ ? ~ByteSet{} : ~byte_range('\n', '\n'));
        return byte_of(either_case(ByteSet{}.set(static_cast<unsigned char>(c))));
    }

    PatternTree escape()
    {
        if (at_ >= text_.size()) return not_understood();
        const char name = text_[at_];
        if (std::string_view{"bBAzZ"}.find(name) != std::string_view::npos) {
            ++at_;
            return {};
        }
        if (name >= '1' && name <= '9') return back_reference();
        const auto bytes = escaped();
        return bytes ? byte_of(either_case(*bytes)) : not_understood();
    }

    /// What a group took is not known: anything, or nothing.
    PatternTree back_reference()
    {
        ++at_;
        const bool is_long = at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
        if (is_long) return not_understood();  // it may be a byte by its number
        PatternTree all{.kind = Kind::Repetition, .least = 0, .is_repeated = true};
        all.parts.push_back(byte_of(~ByteSet{}));
        return all;
    }

    /// Behind the backslash: what it stands for, in a class and outside.
    std::optional<ByteSet> escaped()
    {
        if (at_ >= text_.size()) return std::nullopt;
        const char name = text_[at_++];
        if (const auto named = named_class(name)) return named;
        if (name == 'x') return hexadecimal();
        constexpr std::string_view controls = "ntrfea";
        constexpr std::string_view values = "\n\t\r\f\x1b\a";
        if (const auto found = controls.find(name); found != std::string_view::npos)
            return ByteSet{}.set(static_cast<unsigned char>(values[found]));
        if (is_alphanumeric(name)) return std::nullopt;
        return ByteSet{}.set(static_cast<unsigned char>(name));
    }

    std::optional<ByteSet> hexadecimal()
    {
        unsigned value = 0;
        const auto digits = text_.substr(at_, 2);
        const auto [end, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (fault != std::errc{} || end != digits.data() + 2) return std::nullopt;
        at_ += 2;
        return ByteSet{}.set(value);
    }

    ByteSet char_class()
    {
        ++at_;
        const bool is_negated = sees("^");
        if (is_negated) ++at_;
        ByteSet bytes;
        bool is_known = true;
        for (bool is_first = true;; is_first = false) {
            if (at_ >= text_.size()) {
                is_understood_ = false;
                return {};
            }
            if (text_[at_] == ']' && !is_first) break;
            if (const auto end = end_of_named_class(text_, at_); end != 0) {
                const auto named = named_class(text_.substr(at_, end - at_));
                if (named) bytes |= *named;
                else is_known = false;
                at_ = end;
                continue;
            }
            const auto low = class_member();
            if (!is_understood_) return {};
            bytes |= low;
            if (!sees("-") || at_ + 1 >= text_.size() || text_[at_ + 1] == ']') continue;
            ++at_;
            const auto high = class_member();
            if (!is_understood_) return {};
            const bool is_range = low.count() == 1 && high.count() == 1;
            bytes |= is_range ? byte_range(static_cast<unsigned>(low._Find_first()),
                                           static_cast<unsigned>(high._Find_first()))
                              : high | ByteSet{}.set('-');
        }
        ++at_;
        if (!is_known) return ~ByteSet{};
        return is_negated ? ~(is_caseless_ ? narrowest(bytes) : bytes) : bytes;
    }

    ByteSet class_member()
    {
        const char c = text_[at_++];
        if (c != '\\') return ByteSet{}.set(static_cast<unsigned char>(c));
        if (sees("b")) {
            ++at_;
            return ByteSet{}.set('\b');
        }
        const auto bytes = escaped();
        if (!bytes) is_understood_ = false;
        return bytes.value_or(ByteSet{});
    }

    PatternTree group(int depth)
    {
        ++at_;
        if (depth >= deepest) return not_understood();
        bool is_look = false;
        if (sees("?")) {
            ++at_;
            is_look = sees("=") || sees("!") || sees("<=") || sees("<!");
            if (is_look) at_ += sees("<") ? 2U : 1U;
            else if (sees(":") || sees(">")) ++at_;
            else if (sees("i:")) at_ += 2;
            else if (sees("-i:")) at_ += 3;
            else return not_understood();
        } else if (sees("*")) {
            return not_understood();
        }
        auto inner = alternatives(depth + 1);
        if (!sees(")")) return not_understood();
        ++at_;
        return is_look ? PatternTree{} : std::move(inner);
    }

    /// With what may stand behind an item.
    PatternTree repeated(PatternTree part)
    {
        skip_ignored();  // they may stand before a quantifier, too
        if (at_ >= text_.size() || !is_understood_) return part;
        PatternTree all{.kind = Kind::Repetition, .is_repeated = true};
        const char sign = text_[at_];
        if (sign == '?' || sign == '*') {
            all.least = 0;
            all.is_repeated = sign == '*';
        } else if (sign == '{') {
            const auto end = text_.find('}', at_);
            const auto inner = end == std::string_view::npos ? std::string_view{}
                                                             : text_.substr(at_ + 1, end - at_ - 1);
            if (inner.empty() || inner.find_first_not_of("0123456789,") != std::string_view::npos ||
                inner.front() == ',' || std::ranges::count(inner, ',') > 1)
                return not_understood();
            std::from_chars(inner.data(), inner.data() + inner.size(), all.least);
            all.is_exact = inner.find(',') == std::string_view::npos;
            at_ = end;
        } else if (sign != '+') {
            return part;
        }
        ++at_;
        if (sees("?") || sees("+")) ++at_;  // lazy or greedy: it matches at the same places
        skip_ignored();
        if (at_ < text_.size() && repetitions.find(text_[at_]) != std::string_view::npos)
            return not_understood();
        all.parts.push_back(std::move(part));
        return all;
    }

    [[nodiscard]] ByteSet either_case(ByteSet bytes) const
    {
        if (!is_caseless_) return bytes;
        for (std::size_t letter = 'a'; letter <= 'z'; ++letter)
            if (const auto other = letter - 'a' + 'A'; bytes[letter] || bytes[other])
                bytes.set(letter).set(other);
        return bytes;
    }

    /// Of what a class excludes: only what it excludes in both cases, as flags within the
    /// expression may say that case counts.
    [[nodiscard]] static ByteSet narrowest(ByteSet bytes)
    {
        for (std::size_t letter = 'a'; letter <= 'z'; ++letter)
            if (const auto other = letter - 'a' + 'A'; !bytes[letter] || !bytes[other])
                bytes.reset(letter).reset(other);
        return bytes;
    }

    std::string_view text_;
    bool takes_line_ends_;
    bool is_caseless_;  ///< somewhere in it
    bool is_extended_;
    std::size_t at_ = 0;
    bool is_understood_ = true;
};

}  // namespace

ByteSet byte_range(unsigned low, unsigned high)
{
    ByteSet set;
    for (unsigned byte = low; byte <= high; ++byte) set.set(byte);
    return set;
}

std::vector<const PatternTree*> parts_in_order(const PatternTree& tree)
{
    using Kind = PatternTree::Kind;
    if (tree.kind == Kind::Nothing) return {};
    const bool is_no_choice = tree.kind == Kind::Choice && tree.parts.size() == 1;
    if (tree.kind != Kind::Sequence && !is_no_choice) return {&tree};
    std::vector<const PatternTree*> all;
    for (const auto& part : tree.parts) {
        const auto inner = parts_in_order(part);
        all.insert(all.end(), inner.begin(), inner.end());
    }
    return all;
}

std::optional<PatternTree> pattern_tree(const Pattern& pattern)
{
    const auto text = for_pcre2(pattern);
    const bool takes_line_ends =
        pattern.flags.find('s') != std::string::npos || traits_of(pattern).has_inline_flags;
    return Reading{text, pattern.flags, takes_line_ends}.run();
}

}  // namespace lazaret::filter::rules
