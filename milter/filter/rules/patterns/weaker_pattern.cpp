#include "milter/filter/rules/patterns/weaker_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "milter/filter/rules/patterns/pattern_syntax.hpp"

namespace lazaret::filter::rules {
namespace {

using Bytes = std::bitset<256>;

constexpr std::size_t longest_letter = 10;
constexpr std::size_t long_text = 60;
constexpr int deepest = 40;
constexpr std::size_t longest_fine = 10'000;  // Hyperscan takes 16,000

bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The ways to write one letter.
struct Letter {
    Bytes single;             ///< by one byte
    Bytes first, others;      ///< by several
    std::size_t longest = 0;  ///< bytes
    bool is_foreign = false;  ///< some are not ASCII
};

/// What was read, as it is written out; as a letter, if it can be one.
struct Piece {
    std::string text;
    std::optional<Letter> letter;
};

void join(Letter& all, const Letter& one)
{
    all.single |= one.single;
    all.first |= one.first;
    all.others |= one.others;
    all.longest = std::max(all.longest, one.longest);
    all.is_foreign = all.is_foreign || one.is_foreign;
}

/// `front`, then `back`.
Letter behind(const Letter& front, const Letter& back)
{
    if (front.longest == 0) return back;
    if (back.longest == 0) return front;
    Letter both;
    both.first = front.single | front.first;
    both.others = front.others | back.single | back.first | back.others;
    both.longest = front.longest + back.longest;
    both.is_foreign = front.is_foreign || back.is_foreign;
    return both;
}

std::string class_of(const Bytes& bytes)
{
    const auto named = [](std::size_t byte) {
        const char c = static_cast<char>(byte);
        return is_alphanumeric(c) ? std::string{c} : fmt::format("\\x{:02x}", byte);
    };
    std::string text = "[";
    for (std::size_t low = 0; low < bytes.size(); ++low) {
        if (!bytes[low]) continue;
        auto high = low;
        while (high + 1 < bytes.size() && bytes[high + 1]) ++high;
        text += low == high ? named(low) : named(low) + "-" + named(high);
        low = high;
    }
    return text + "]";
}

/// All bytes beyond ASCII, if there is one of them.
Bytes with_all_foreign(const Bytes& bytes)
{
    return (bytes >> 128).any() ? bytes | (~Bytes{} << 128) : bytes;
}

std::string written(const Letter& letter, bool is_coarse)
{
    if (is_coarse)
        return written({with_all_foreign(letter.single), with_all_foreign(letter.first),
                        with_all_foreign(letter.others), letter.longest, letter.is_foreign},
                       false);
    if (letter.first.none()) return class_of(letter.single);
    auto several = fmt::format("{}{}{{1,{}}}", class_of(letter.first), class_of(letter.others),
                               letter.longest - 1);
    if (letter.single.none()) return fmt::format("(?:{})", several);
    return fmt::format("(?:{}|{})", class_of(letter.single), several);
}

Letter letter_of(const Bytes& bytes)
{
    Letter letter;
    letter.single = bytes;
    letter.longest = 1;
    letter.is_foreign = (bytes >> 128).any();
    return letter;
}

/// Reads an expression and writes the weaker one.
class Weakening {
public:
    Weakening(std::string_view text, bool is_coarse, bool keeps_counts)
        : text_{text}, is_coarse_{is_coarse}, keeps_counts_{keeps_counts}
    {
    }

    std::optional<std::string> run()
    {
        const auto piece = alternatives(0);
        if (!is_understood_ || at_ != text_.size()) return std::nullopt;
        return piece.text;
    }

private:
    [[nodiscard]] bool sees(std::string_view what) const
    {
        return text_.substr(at_).starts_with(what);
    }

    Piece alternatives(int depth)
    {
        Piece all;
        all.letter = Letter{};
        for (;;) {
            const auto one = sequence(depth);
            all.text += one.text;
            if (!one.letter || one.letter->longest == 0) all.letter.reset();
            else if (all.letter) join(*all.letter, *one.letter);
            if (!is_understood_ || !sees("|")) return all;
            all.text += '|';
            ++at_;
        }
    }

    Piece sequence(int depth)
    {
        Piece all;
        all.letter = Letter{};
        while (is_understood_ && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
            auto one = item(depth);
            const bool is_repeated = repetition(one.text);
            all.text += one.text;
            if (!one.letter || is_repeated) all.letter.reset();
            else if (all.letter) all.letter = behind(*all.letter, *one.letter);
            if (all.letter && all.letter->longest > longest_letter) all.letter.reset();
        }
        return all;
    }

    Piece item(int depth)
    {
        const char c = text_[at_];
        if (c == '(') return group(depth);
        if (c == '[') return char_class();
        const auto begin = at_;
        const auto byte = literal();
        Piece piece{std::string{text_.substr(begin, at_ - begin)}, std::nullopt};
        if (byte) piece.letter = letter_of(Bytes{}.set(*byte));
        return piece;
    }

    /// Reads one character or escape. @return its byte, if it stands for one.
    std::optional<unsigned char> literal()
    {
        const char c = text_[at_++];
        if (c != '\\') {
            if (c == '.' || c == '^' || c == '$') return std::nullopt;
            return static_cast<unsigned char>(c);
        }
        if (at_ >= text_.size()) {
            is_understood_ = false;
            return std::nullopt;
        }
        const char escaped = text_[at_++];
        if (escaped == 'x') return hexadecimal();
        if (escaped == 'Q' || escaped == 'E' || escaped == 'N' || escaped == 'p' ||
            escaped == 'P' || escaped == 'k' || escaped == 'g' || escaped == 'o' ||
            escaped == 'c' || (escaped >= '0' && escaped <= '9'))
            is_understood_ = false;  // these take more than one character
        if (is_alphanumeric(escaped)) return std::nullopt;
        return static_cast<unsigned char>(escaped);
    }

    std::optional<unsigned char> hexadecimal()
    {
        unsigned value = 0;
        const auto digits = text_.substr(at_, 2);
        const auto [end, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (fault != std::errc{} || end != digits.data() + 2) {
            is_understood_ = false;
            return std::nullopt;
        }
        at_ += 2;
        return static_cast<unsigned char>(value);
    }

    Piece char_class()
    {
        const auto begin = at_++;
        bool is_plain = !sees("^");
        if (!is_plain) ++at_;
        Bytes bytes;
        for (bool is_first = true;; is_first = false) {
            if (at_ >= text_.size() || sees("[:")) is_understood_ = false;
            if (!is_understood_) return {};
            if (text_[at_] == ']' && !is_first) break;
            is_plain = element(bytes) && is_plain;
        }
        ++at_;
        Piece piece{std::string{text_.substr(begin, at_ - begin)}, std::nullopt};
        if (is_plain) piece.letter = letter_of(bytes);
        return piece;
    }

    /// A byte of a class, or a range. @return whether it was that.
    bool element(Bytes& bytes)
    {
        const auto low = class_byte();
        if (!low) return false;
        auto high = low;
        if (sees("-") && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
            ++at_;
            high = class_byte();
            if (!high) return false;
        }
        for (unsigned byte = *low; byte <= *high; ++byte) bytes.set(byte);
        return true;
    }

    std::optional<unsigned char> class_byte()
    {
        if (text_[at_] == '.' || text_[at_] == '^' || text_[at_] == '$')
            return static_cast<unsigned char>(text_[at_++]);
        return literal();
    }

    Piece group(int depth)
    {
        ++at_;
        if (depth >= deepest) is_understood_ = false;
        const bool is_look = sees("?=") || sees("?!") || sees("?<=") || sees("?<!");
        std::string begin = "(";
        if (is_look) at_ += sees("?<") ? 3U : 2U;
        else if (sees("?:") || sees("?>")) at_ += 2, begin += "?:";
        else if (sees("?i:") || sees("?-i:")) {
            const auto end = text_.find(':', at_) + 1;
            begin += text_.substr(at_, end - at_);
            at_ = end;
        } else if (sees("?") || sees("*")) {
            is_understood_ = false;
        }
        if (!is_understood_) return {};
        auto inner = alternatives(depth + 1);
        if (!sees(")")) is_understood_ = false;
        if (!is_understood_) return {};
        ++at_;
        if (is_look) return Piece{"", Letter{}};
        if (begin == "(?:" && inner.letter && inner.letter->is_foreign)
            return Piece{written(*inner.letter, is_coarse_), inner.letter};
        return Piece{begin + inner.text + ")", begin == "(?:" ? inner.letter : std::nullopt};
    }

    /// Reads what may stand behind an item, and writes it to it. @return whether something did.
    bool repetition(std::string& item)
    {
        if (at_ >= text_.size() || !is_understood_) return false;
        const auto begin = at_;
        char sign = text_[at_];
        if (sign == '{') {
            const auto end = text_.find('}', at_);
            const auto inner = end == std::string_view::npos ? std::string_view{}
                                                             : text_.substr(at_ + 1, end - at_ - 1);
            if (inner.empty() || inner.find_first_not_of("0123456789,") != std::string_view::npos ||
                inner.front() == ',') {
                is_understood_ = false;
                return false;
            }
            at_ = end;
            sign = inner.front() == '0' ? '*' : '+';
        } else if (sign != '?' && sign != '*' && sign != '+') {
            return false;
        }
        ++at_;
        const auto end = at_;
        if (sees("?") || sees("+")) ++at_;  // lazy or greedy: it matches at the same places
        if (item.empty()) return true;
        if (item.size() > long_text && text_[begin] == '{' && !keeps_counts_) item += sign;
        else item += text_.substr(begin, end - begin);
        return true;
    }

    std::string_view text_;
    bool is_coarse_;  ///< all bytes beyond ASCII are the same
    bool keeps_counts_;
    std::size_t at_ = 0;
    bool is_understood_ = true;
};

bool takes_a_group_again(std::string_view text)
{
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        if (text[at] != '\\') continue;
        ++at;
        if ((text[at] >= '0' && text[at] <= '9') || text[at] == 'g' || text[at] == 'k') return true;
    }
    return false;
}

/// How a group begins that is written elsewhere without harm; empty for all others.
std::string_view begin_of_group(std::string_view rest)
{
    for (const std::string_view begin : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"})
        if (rest.starts_with(begin)) return begin;
    const bool has_number =
        rest.starts_with('(') && !rest.starts_with("(?") && !rest.starts_with("(*");
    return has_number ? rest.substr(0, 1) : std::string_view{};
}

}  // namespace

std::optional<std::string> weaker_pattern(std::string_view text, Counts counts)
{
    const bool keeps_counts = counts == Counts::Kept;
    auto made = Weakening{text, false, keeps_counts}.run();
    if (made && made->size() > longest_fine) made = Weakening{text, true, keeps_counts}.run();
    return made;
}

std::string with_shared_groups(std::string_view text, std::size_t least)
{
    if (takes_a_group_again(text)) return std::string{text};
    std::map<std::string, std::size_t> groups;
    std::vector<std::string> open{""};
    std::vector<bool> ends;  // of the open groups: whether they are written where they stand
    for (std::size_t at = 0; at < text.size();) {
        const auto rest = text.substr(at);
        auto end = at + 1;
        if (rest[0] == '\\') end = std::min(at + 2, text.size());
        if (rest[0] == '[') end = end_of_class(text, at);
        if (const auto begin = begin_of_group(rest); !begin.empty()) {
            const bool is_plain = begin == "(?:" || begin == "(";
            if (!is_plain) open.back() += begin;
            open.emplace_back();
            ends.push_back(!is_plain);
            at += begin.size();
        } else if (rest[0] == '(' || (rest[0] == ')' && open.size() == 1)) {
            return std::string{text};
        } else if (rest[0] == ')') {
            auto inner = std::move(open.back());
            open.pop_back();
            if (ends.back()) open.back() += inner + ")";
            else if (inner.size() < least) open.back() += fmt::format("(?:{})", inner);
            else
                open.back() += fmt::format(
                    "(?&g{})", groups.try_emplace(std::move(inner), groups.size()).first->second);
            ends.pop_back();
            ++at;
        } else {
            open.back() += text.substr(at, end - at);
            at = end;
        }
    }
    if (open.size() != 1) return std::string{text};
    std::string made = fmt::format("(?:{})(?(DEFINE)", open.back());
    for (const auto& [inner, number] : groups) made += fmt::format("(?<g{}>{})", number, inner);
    return made + ")";
}

}  // namespace lazaret::filter::rules
