#include "milter/filter/rules/patterns/byte_choice.hpp"

#include <algorithm>

namespace lazaret::filter::rules {
namespace {

using Kind = PatternTree::Kind;

constexpr std::size_t most_choices = 100;
// A longer expression is a word in many ways to write it, and costs the most to read.
constexpr std::size_t longest = 1'000;

/// Whether the tree of the expression says which bytes there are as exactly: it does not of what a
/// class excludes, nor of flags within.
bool is_exact(std::string_view text)
{
    for (auto at = text.find("(?"); at != std::string_view::npos; at = text.find("(?", at + 1))
        if (!text.substr(at).starts_with("(?:")) return false;
    return text.find("[^") == std::string_view::npos;
}

/// Adds the bytes of each choice; false where it is no choice between bytes.
bool take_apart(const PatternTree& tree, std::vector<std::vector<ByteSet>>& choices)
{
    if (tree.kind == Kind::Choice)
        return std::ranges::all_of(
            tree.parts, [&](const PatternTree& part) { return take_apart(part, choices); });
    if (tree.kind == Kind::Sequence && tree.parts.size() == 1)
        return take_apart(tree.parts.front(), choices);
    if (choices.size() == most_choices) return false;
    auto& bytes = choices.emplace_back();
    const auto take = [&](const PatternTree& one) {
        bytes.push_back(one.bytes);
        return one.kind == Kind::Byte && !one.bytes.all();
    };
    if (tree.kind != Kind::Sequence) return take(tree);
    return !tree.parts.empty() && std::ranges::all_of(tree.parts, take);
}

}  // namespace

std::optional<ByteChoice> ByteChoice::of(const Pattern& pattern)
{
    if (pattern.text.size() > longest || !is_exact(pattern.text)) return std::nullopt;
    const auto tree = pattern_tree(pattern);
    ByteChoice choice;
    if (!tree || !take_apart(*tree, choice.choices_)) return std::nullopt;
    for (std::size_t number = 0; number < choice.choices_.size(); ++number)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            if (!choice.choices_[number].front()[byte]) continue;
            if (choice.by_first_[byte] != 0) return std::nullopt;
            choice.by_first_[byte] = static_cast<std::uint8_t>(number + 1);
        }
    return choice;
}

bool ByteChoice::stands_at(std::string_view text, std::size_t place,
                           const std::vector<ByteSet>& bytes) const noexcept
{
    if (text.size() - place < bytes.size()) return false;
    for (std::size_t at = 1; at < bytes.size(); ++at)
        if (!bytes[at][static_cast<unsigned char>(text[place + at])]) return false;
    return true;
}

std::uint32_t ByteChoice::count(std::string_view text, std::uint32_t most) const noexcept
{
    std::uint32_t found = 0;
    for (std::size_t at = 0; at < text.size() && found < most;) {
        const auto number = by_first_[static_cast<unsigned char>(text[at])];
        if (number == 0 || !stands_at(text, at, choices_[number - 1U])) {
            ++at;
            continue;
        }
        ++found;
        at += choices_[number - 1U].size();
    }
    return found;
}

}  // namespace lazaret::filter::rules
