#include "milter/filter/rules/patterns/line_literal.hpp"

#include <algorithm>
#include <cstring>

#include "milter/filter/rules/patterns/line_begins.hpp"
#include "milter/filter/rules/patterns/pattern_syntax.hpp"
#include "milter/filter/rules/patterns/pattern_tree.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t shortest = 3;
constexpr std::size_t most_lines_ahead = 4;
constexpr auto npos = std::string_view::npos;

bool can_take_line_end(const PatternTree& tree)
{
    if (tree.kind == PatternTree::Kind::Byte) return tree.bytes['\n'];
    return std::ranges::any_of(tree.parts, can_take_line_end);
}

/// A letter has two forms at most.
bool is_letter(const PatternTree& tree)
{
    return tree.kind == PatternTree::Kind::Byte && tree.bytes.count() <= 2 && tree.bytes.any() &&
           !tree.bytes['\n'];
}

}  // namespace

std::optional<LineLiteral> LineLiteral::of(const Pattern& pattern)
{
    if (!pattern.text.starts_with('^') || pattern.flags.find('m') == std::string::npos ||
        traits_of(pattern).is_obscure)
        return std::nullopt;
    const auto tree = pattern_tree(pattern);
    if (!tree) return std::nullopt;
    LineLiteral best;
    LineLiteral run;
    std::size_t lines = 0;
    const auto end_run = [&] {
        const auto only = std::ranges::find_if(
            run.letters_.begin(), run.letters_.begin() + static_cast<std::ptrdiff_t>(run.length_),
            [](const Letter& letter) { return letter.one == letter.other; });
        run.anchor_ = static_cast<std::size_t>(only - run.letters_.begin());
        if (run.anchor_ < run.length_ && run.length_ > best.length_) best = run;
        run = {};
    };
    for (const auto* part : parts_in_order(*tree)) {
        if (is_letter(*part)) {
            if (run.length_ == longest) continue;
            const auto first = part->bytes._Find_first();
            const auto next = part->bytes._Find_next(first);
            run.lines_ahead_ = lines;
            run.letters_[run.length_++] = {
                static_cast<char>(first),
                static_cast<char>(next < part->bytes.size() ? next : first)};
            continue;
        }
        end_run();
        if (!can_take_line_end(*part)) continue;
        if (part->kind != PatternTree::Kind::Byte || ++lines > most_lines_ahead) break;
    }
    end_run();
    if (best.length_ < shortest) return std::nullopt;
    return best;
}

bool LineLiteral::is_at(std::string_view text, std::size_t place) const noexcept
{
    if (place + length_ > text.size()) return false;
    for (std::size_t at = 0; at < length_; ++at)
        if (text[place + at] != letters_[at].one && text[place + at] != letters_[at].other)
            return false;
    return true;
}

std::size_t LineLiteral::find(std::string_view text, std::size_t from) const noexcept
{
    for (auto at = text.find(letters_[anchor_].one, from + anchor_); at != npos;
         at = text.find(letters_[anchor_].one, at + 1))
        if (is_at(text, at - anchor_)) return at - anchor_;
    return npos;
}

std::size_t LineLiteral::next_line(std::string_view text, std::size_t from) const noexcept
{
    from = next_line_begin(text, from);
    const auto literal = from == npos ? npos : find(text, from);
    if (literal == npos) return npos;
    const auto begin_of_line = [&](std::size_t at) {
        const auto* end = ::memrchr(text.data() + from, '\n', at - from);
        return end ? static_cast<std::size_t>(static_cast<const char*>(end) - text.data()) + 1
                   : from;
    };
    auto line = begin_of_line(literal);
    for (auto left = lines_ahead_; left > 0 && line > from; --left) line = begin_of_line(line - 1);
    return line;
}

}  // namespace lazaret::filter::rules
