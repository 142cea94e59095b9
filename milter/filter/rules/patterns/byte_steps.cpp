#include "milter/filter/rules/patterns/byte_steps.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>

#include "milter/filter/rules/patterns/byte_rarity.hpp"
#include "milter/filter/rules/patterns/pattern_tree.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t least_worth_of_ways = 3;
constexpr std::size_t most_ways = 60;
constexpr std::size_t most_paths = 40;
// A path that is as rare is told no better by more steps.
constexpr double enough_rarity = 17;

/// Whether it takes half of the letters or more: all of one case, as most texts have them.
bool is_wide(const ByteSet& bytes)
{
    static const auto letters = byte_range('A', 'Z') | byte_range('a', 'z');
    return 2 * (bytes & letters).count() >= letters.count();
}

struct Path {
    ByteSequence steps;
    bool is_done = false;  ///< what is behind it is not looked at
    ByteSet before{};      ///< may stand before its first step
    double settled = 0;    ///< bits of its steps but the last one, which may still get a gap
};

/// What was read: a part of the expression.
struct Part {
    ByteSet first;  ///< what it can begin with
    ByteSet all;    ///< what it can have in it
    bool can_be_empty = true;
    ByteSequence steps;  ///< none when it can be empty
    ByteSet before{};    ///< may stand before the first of them
    /// So, but choices are kept apart, as far as they are few.
    std::vector<Path> paths{};
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
    if (!others.empty() && worth_of(others) > worth_of(ways)) ways = std::move(others);
}

enum class Choices { Merged, Apart };  ///< without paths, and with them

Part part_of(const ByteSet& bytes, Choices choices)
{
    Part part{bytes, bytes, false, {{bytes, {}}}};
    if (choices == Choices::Apart) part.paths.push_back({{{bytes, {}}}});
    return part;
}

void end_where_enough(Path& path)
{
    if (path.is_done) return;
    path.is_done = path.steps.size() >= most_steps_of_path ||
                   path.settled + bits_of(path.steps.back()) >= enough_rarity;
    if (path.steps.size() > most_steps_of_path) path.steps.resize(most_steps_of_path);
}

/// Each path, with each that may be behind it.
std::vector<Path> continued(std::vector<Path>&& front, const Part& back)
{
    for (auto& path : front) end_where_enough(path);
    const auto open = std::partition(front.begin(), front.end(), std::mem_fn(&Path::is_done));
    std::vector<Path> all{std::move_iterator{front.begin()}, std::move_iterator{open}};
    const auto open_ones = static_cast<std::size_t>(front.end() - open);
    const bool is_few = all.size() + open_ones * back.paths.size() <= most_paths;
    std::vector<Path> merged;
    if (!is_few) {
        auto& all_in_one = merged.emplace_back(Path{back.steps, false, back.before});
        for (std::size_t at = 0; at + 1 < back.steps.size(); ++at)
            all_in_one.settled += bits_of(back.steps[at]);
    }
    for (auto begin = open; begin != front.end(); ++begin)
        for (const auto& end : is_few ? back.paths : merged) {
            auto& path = all.emplace_back(*begin);
            path.steps.back().goes_on |= end.before;
            path.settled += bits_of(path.steps.back()) + end.settled;
            path.steps.insert(path.steps.end(), end.steps.begin(), end.steps.end());
            path.is_done = end.is_done;
        }
    return all;
}

/// Behind it, these bytes may stand.
void leave(Part& part, const ByteSet& bytes)
{
    if (!part.steps.empty()) part.steps.back().goes_on |= bytes;
    for (auto& path : part.paths)
        if (!path.is_done) path.steps.back().goes_on |= bytes;
}

/// `back`, where `front`, which can be empty, may stand before it.
void put_before(const ByteSet& front, Part& back)
{
    back.before |= front;
    for (auto& path : back.paths) path.before |= front;
}

/// `front`, then `back`.
void append(Part& front, Part&& back)
{
    if (!front.can_be_empty) {
        if (back.can_be_empty) leave(front, back.all);
        else front.paths = continued(std::move(front.paths), back);
        if (!front.steps.empty()) front.steps.back().goes_on |= back.before;
    } else {
        front.first |= back.first;
        put_before(front.all, back);
        front.before = back.before;
        front.paths = std::move(back.paths);
        front.can_be_empty = back.can_be_empty;
    }
    front.all |= back.all;
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
    for (auto& part : parts) std::ranges::copy(part.paths, std::back_inserter(any.paths));
    if (any.paths.size() > most_paths) any.paths = {{any.steps}};
    for (auto& part : parts) {
        std::vector<ByteSequence> ways{std::move(part.steps)};
        keep_better(ways, std::move(part.ways));
        std::ranges::move(ways, std::back_inserter(any.ways));
    }
    if (worth_of(any.ways) < least_worth_of_ways || any.ways.size() > most_ways) any.ways.clear();
    return any;
}

/// As often as `tree` says, as far as that tells more.
void repeat(Part& part, const PatternTree& tree, std::size_t most)
{
    if (part.can_be_empty) return;
    const auto one = part;
    std::size_t times = 1;
    for (; times < tree.least && part.steps.size() < most; ++times) append(part, Part{one});
    if (!tree.is_exact || times < tree.least) leave(part, part.all);
}

/// What is known of a part of the expression from its parts.
Part part_of(const PatternTree& tree, Choices choices)
{
    using Kind = PatternTree::Kind;
    Part part;
    switch (tree.kind) {
        case Kind::Nothing: break;
        case Kind::Byte: return part_of(tree.bytes, choices);
        case Kind::Sequence:
            for (const auto& inner : tree.parts) append(part, part_of(inner, choices));
            break;
        case Kind::Choice: {
            std::vector<Part> parts;
            for (const auto& inner : tree.parts) parts.push_back(part_of(inner, choices));
            return any_of(std::move(parts));
        }
        case Kind::Repetition:
            part = part_of(tree.parts.front(), choices);
            if (tree.least == 0) return {part.first, part.all, true, {}};
            repeat(part, tree, choices == Choices::Apart ? most_steps_of_path : most_steps);
    }
    return part;
}

/// Nothing, where it is not understood, or can be empty.
std::optional<Part> whole_of(const Pattern& pattern, Choices choices)
{
    const auto tree = pattern_tree(pattern);
    if (!tree) return std::nullopt;
    auto whole = part_of(*tree, choices);
    if (whole.can_be_empty) return std::nullopt;
    return whole;
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
    auto whole = whole_of(pattern, Choices::Merged);
    if (!whole) return std::nullopt;
    std::vector<ByteSequence> ways{std::move(whole->steps)};
    keep_better(ways, std::move(whole->ways));
    return ways;
}

std::optional<std::vector<ByteSequence>> byte_paths(const Pattern& pattern)
{
    auto whole = whole_of(pattern, Choices::Apart);
    if (!whole) return std::nullopt;
    std::vector<ByteSequence> paths;
    for (auto& path : whole->paths) {
        end_where_enough(path);
        paths.push_back(std::move(path.steps));
    }
    return paths;
}

}  // namespace lazaret::filter::rules
