#include "milter/filter/rules/patterns/byte_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "milter/filter/rules/patterns/pattern_syntax.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr int deepest = 100;
constexpr std::size_t least_worth_of_ways = 3;
constexpr std::size_t most_ways = 60;
// Fewer choices are looked at as quickly as a guard.
constexpr std::size_t least_guarded = 3;
constexpr std::size_t most_first = 128;

ByteSet range(unsigned low, unsigned high)
{
    ByteSet set;
    for (unsigned byte = low; byte <= high; ++byte) set.set(byte);
    return set;
}

bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// `\d` and its like, with /aa: ASCII alone.
std::optional<ByteSet> named_class(char name)
{
    static const auto digits = range('0', '9');
    static const auto words = digits | range('A', 'Z') | range('a', 'z') | range('_', '_');
    static const auto spaces = range('\t', '\r') | range(' ', ' ');
    static const auto horizontal = range('\t', '\t') | range(' ', ' ') | range(0xa0, 0xa0);
    static const auto vertical = range('\n', '\r') | range(0x85, 0x85);
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

/// Whether it takes most letters.
bool is_wide(const ByteSet& bytes)
{
    static const auto letters = range('A', 'Z') | range('a', 'z');
    return 2 * (bytes & letters).count() > letters.count();
}

/// What was read: a part of the expression.
struct Part {
    ByteSet first;  ///< what it can begin with
    ByteSet all;    ///< what it can have in it
    bool can_be_empty = true;
    ByteSequence steps;  ///< none when it can be empty
    /// One of these is in it: of its worthiest choice; none, where no choice is worth more.
    std::vector<ByteSequence> ways{};
};

std::size_t worth_of(const std::vector<ByteSequence>& ways)
{
    std::size_t least = ways.empty() ? 0 : SIZE_MAX;
    for (const auto& way : ways) least = std::min(least, rules::worth_of(way));
    return least;
}

/// Moves what is worth more.
void keep_better(std::vector<ByteSequence>& ways, std::vector<ByteSequence>&& others)
{
    if (worth_of(others) > worth_of(ways)) ways = std::move(others);
}

Part part_of(const ByteSet& bytes) { return {bytes, bytes, false, {{bytes, {}}}}; }

/// `front`, then `back`.
void append(Part& front, Part&& back)
{
    if (front.can_be_empty) front.first |= back.first;
    front.all |= back.all;
    if (back.can_be_empty) {
        if (!front.steps.empty()) front.steps.back().goes_on |= back.all;
        return;
    }
    front.can_be_empty = false;
    keep_better(front.ways, std::move(back.ways));
    std::ranges::move(back.steps, std::back_inserter(front.steps));
}

/// One of them: a step that all go through, where none is empty.
Part any_of(std::vector<Part> parts)
{
    if (parts.size() == 1) return std::move(parts.front());
    Part any{{}, {}, false, {}};
    for (const auto& part : parts) {
        any.first |= part.first;
        any.all |= part.all;
        any.can_be_empty = any.can_be_empty || part.can_be_empty;
    }
    if (any.can_be_empty) return any;
    any.steps.push_back({any.first, any.all});
    for (auto& part : parts) {
        std::vector<ByteSequence> ways{std::move(part.steps)};
        keep_better(ways, std::move(part.ways));
        std::ranges::move(ways, std::back_inserter(any.ways));
    }
    if (worth_of(any.ways) < least_worth_of_ways || any.ways.size() > most_ways) any.ways.clear();
    return any;
}

/// A choice that begins with one of these bytes, or not at all.
struct Choice {
    std::size_t begin, end;  ///< within its group
    ByteSet first;
};

class Reading {
public:
    Reading(std::string_view text, std::string_view flags)
        : text_{text},
          is_caseless_{flags.find('i') != std::string_view::npos ||
                       text.find("(?i") != std::string_view::npos},
          is_extended_{flags.find('x') != std::string_view::npos}
    {
    }

    std::optional<std::vector<ByteSequence>> run()
    {
        auto whole = alternatives(0);
        if (!is_understood_ || at_ != text_.size() || whole.can_be_empty) return std::nullopt;
        std::vector<ByteSequence> ways{std::move(whole.steps)};
        keep_better(ways, std::move(whole.ways));
        return ways;
    }

    /// Those with many alternatives; none where not all was understood.
    std::vector<Choice> choices()
    {
        alternatives(0);
        if (!is_understood_ || at_ != text_.size()) choices_.clear();
        return std::move(choices_);
    }

private:
    [[nodiscard]] bool sees(std::string_view what) const
    {
        return text_.substr(at_).starts_with(what);
    }

    Part not_understood()
    {
        is_understood_ = false;
        return {};
    }

    Part alternatives(int depth)
    {
        const auto begin = at_;
        std::vector<Part> all{sequence(depth)};
        while (is_understood_ && sees("|")) {
            ++at_;
            all.push_back(sequence(depth));
        }
        const auto count = all.size();
        auto any = any_of(std::move(all));
        if (depth > 0 && count >= least_guarded && !any.can_be_empty &&
            any.first.count() <= most_first)
            choices_.push_back({begin, at_, any.first});
        return any;
    }

    Part sequence(int depth)
    {
        Part all;
        while (is_understood_ && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')')
            append(all, repeated(item(depth)));
        return all;
    }

    Part item(int depth)
    {
        const char c = text_[at_];
        if (c == '(') return group(depth);
        if (c == '[') return part_of(either_case(char_class()));
        ++at_;
        if (c == '\\') return escape();
        if (c == '^' || c == '$') return {};
        if (c == '.') return part_of(~ByteSet{});
        if (is_extended_ && std::string_view{" \t\n\r\f\v"}.find(c) != std::string_view::npos)
            return {};
        if (is_extended_ && c == '#') {
            at_ = std::min(text_.find('\n', at_), text_.size());
            return {};
        }
        return part_of(either_case(ByteSet{}.set(static_cast<unsigned char>(c))));
    }

    Part escape()
    {
        if (at_ >= text_.size()) return not_understood();
        const char name = text_[at_];
        if (std::string_view{"bBAzZG"}.find(name) != std::string_view::npos) {
            ++at_;
            return {};
        }
        const auto bytes = escaped();
        return bytes ? part_of(either_case(*bytes)) : not_understood();
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
            if (const auto end = end_of_posix_class(); end != 0) {
                is_known = false;
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
            bytes |= is_range ? range(static_cast<unsigned>(low._Find_first()),
                                      static_cast<unsigned>(high._Find_first()))
                              : high | ByteSet{}.set('-');
        }
        ++at_;
        if (!is_known) return ~ByteSet{};
        return is_negated ? ~(is_caseless_ ? narrowest(bytes) : bytes) : bytes;
    }

    /// Of `[:alpha:]` that begins here; 0 where none does.
    [[nodiscard]] std::size_t end_of_posix_class() const
    {
        if (!sees("[:")) return 0;
        const auto end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz^", at_ + 2);
        return text_.substr(std::min(end, text_.size())).starts_with(":]") ? end + 2 : 0;
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

    Part group(int depth)
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
        return is_look ? Part{} : inner;
    }

    /// With what may stand behind an item.
    Part repeated(Part part)
    {
        if (at_ >= text_.size() || !is_understood_) return part;
        const char sign = text_[at_];
        std::size_t least = 1;
        if (sign == '?' || sign == '*') {
            least = 0;
        } else if (sign == '{') {
            const auto end = text_.find('}', at_);
            const auto inner = end == std::string_view::npos ? std::string_view{}
                                                             : text_.substr(at_ + 1, end - at_ - 1);
            if (inner.empty() || inner.find_first_not_of("0123456789,") != std::string_view::npos ||
                inner.front() == ',')
                return not_understood();
            std::from_chars(inner.data(), inner.data() + inner.size(), least);
            at_ = end;
        } else if (sign != '+') {
            return part;
        }
        ++at_;
        if (sees("?") || sees("+")) ++at_;  // lazy or greedy: it matches at the same places
        if (least == 0) return {part.first, part.all, true, {}};
        if (!part.steps.empty()) part.steps.back().goes_on |= part.all;
        return part;
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
    bool is_caseless_;  ///< somewhere in it
    bool is_extended_;
    std::size_t at_ = 0;
    bool is_understood_ = true;
    std::vector<Choice> choices_;
};

/// `(?=[...])`
std::string guard_of(const ByteSet& bytes)
{
    std::string made = "(?=[";
    for (unsigned low = 0; low < bytes.size(); ++low) {
        if (!bytes[low]) continue;
        auto high = low;
        while (high + 1 < bytes.size() && bytes[high + 1]) ++high;
        made += fmt::format("\\x{:02x}-\\x{:02x}", low, high);
        low = high;
    }
    return made + "])";
}

}  // namespace

std::size_t worth_of(const ByteSequence& sequence)
{
    const auto narrow = sequence.size() - static_cast<std::size_t>(std::ranges::count_if(
                                              sequence, is_wide, &ByteStep::begins));
    return narrow - std::min(narrow, 2 * gaps_in(sequence));
}

std::size_t gaps_in(const ByteSequence& sequence)
{
    return static_cast<std::size_t>(std::ranges::count_if(sequence, is_wide, &ByteStep::goes_on));
}

std::size_t letters_in(const ByteSequence& sequence)
{
    constexpr std::size_t most_ways_of_one = 20;  // hexadecimal digits are 22
    return static_cast<std::size_t>(std::ranges::count_if(
        sequence, [](const ByteStep& step) { return step.begins.count() <= most_ways_of_one; }));
}

std::size_t longest_literal(const ByteSequence& sequence)
{
    constexpr std::size_t both_cases = 2;
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const auto& step : sequence) {
        run = step.begins.count() <= both_cases ? run + 1 : 0;
        longest = std::max(longest, run);
        if (step.goes_on.any()) run = 0;
    }
    return longest;
}

std::optional<std::vector<ByteSequence>> byte_sequences(const Pattern& pattern)
{
    if (traits_of(pattern).is_obscure) return std::nullopt;
    return Reading{for_pcre2(pattern), pattern.flags}.run();
}

std::string with_guards(const Pattern& pattern)
{
    const auto text = for_pcre2(pattern);
    if (traits_of(pattern).is_obscure) return text;
    std::vector<std::pair<std::size_t, std::string>> additions;
    for (const auto& [begin, end, first] : Reading{text, pattern.flags}.choices()) {
        additions.emplace_back(begin, guard_of(first) + "(?:");
        additions.emplace_back(end, ")");
    }
    std::ranges::sort(additions);
    std::string made;
    std::size_t at = 0;
    for (const auto& [place, what] : additions) {
        made += text.substr(at, place - at) + what;
        at = place;
    }
    return made + text.substr(at);
}

}  // namespace lazaret::filter::rules
