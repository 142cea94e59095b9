#include "milter/filter/rules/patterns/beginnings.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "milter/filter/rules/patterns/line_begins.hpp"
#include "milter/filter/rules/patterns/pattern_syntax.hpp"
#include "milter/filter/rules/patterns/pattern_tree.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_bytes = Beginnings::length;
constexpr std::size_t most_kept = 64;       // as many as a word has bits
constexpr std::size_t most_alike = 256;     // with fewer it costs more than it saves
constexpr std::size_t most_known = 10'000;  // beyond, it takes longer to tell than it saves
// On the way, of all parts of an expression: what a hostile one costs is bounded by it.
constexpr std::size_t most_made = 1'000'000;
// At a line's begin; beyond, PCRE2 may look: all blanks of a text once more for each line is too
// much.
constexpr std::size_t most_skipped = 64;
// Of the places of a text; else PCRE2 is called for so many that it had better look itself.
constexpr double most_places = 0.2;

/// What a match may begin with: a byte of each set. Fewer than all, where it may end there.
struct Beginning {
    std::array<ByteSet, most_bytes> bytes;
    std::size_t length = 0;
};
using Choices = std::vector<Beginning>;

/// The sets of all places but one, as a key.
std::string all_but(const Beginning& one, std::size_t place)
{
    std::string key;
    key.reserve(sizeof one);
    key += static_cast<char>(one.length);
    for (std::size_t at = 0; at < one.length; ++at)
        if (at != place)
            key.append(reinterpret_cast<const char*>(&one.bytes[at]), sizeof one.bytes[at]);
    return key;
}

/// Makes those one that differ in one set only, where there are many.
void simplify(Choices& all)
{
    if (all.size() < most_alike) return;
    for (std::size_t place = 0; place < most_bytes; ++place) {
        std::unordered_map<std::string, std::size_t> known;
        std::size_t kept = 0;
        for (const auto& one : all) {
            const auto [at, is_new] = known.try_emplace(all_but(one, place), kept);
            if (is_new) all[kept++] = one;
            else if (place < one.length) all[at->second].bytes[place] |= one.bytes[place];
        }
        all.resize(kept);
    }
}

bool is_complete(const Beginning& one) { return one.length == most_bytes; }

/// Puts together what an expression can begin with; gives nothing, where that is too much.
class Collecting {
public:
    std::optional<Choices> run(const PatternTree& tree)
    {
        switch (tree.kind) {
            case PatternTree::Kind::Nothing: return Choices{Beginning{}};
            case PatternTree::Kind::Byte: return Choices{{{tree.bytes}, 1}};
            case PatternTree::Kind::Sequence: return sequence(tree.parts);
            case PatternTree::Kind::Choice: return choice(tree.parts);
            case PatternTree::Kind::Repetition: return repetition(tree);
        }
        return std::nullopt;
    }

private:
    bool are_few(Choices& all)
    {
        made_ += all.size();
        if (made_ > most_made) return false;
        simplify(all);
        return all.size() <= most_known;
    }

    /// Each of `front`, then each of `back`.
    std::optional<Choices> joined(const Choices& front, const Choices& back)
    {
        Choices all;
        for (const auto& first : front) {
            if (is_complete(first)) {
                all.push_back(first);
                continue;
            }
            for (const auto& second : back) {
                auto both = first;
                for (std::size_t at = 0; at < second.length && !is_complete(both); ++at)
                    both.bytes[both.length++] = second.bytes[at];
                all.push_back(both);
            }
            if (all.size() > most_known) return std::nullopt;
        }
        if (!are_few(all)) return std::nullopt;
        return all;
    }

    std::optional<Choices> sequence(const std::vector<PatternTree>& parts)
    {
        Choices all{Beginning{}};
        for (const auto& part : parts) {
            if (std::ranges::all_of(all, is_complete)) break;
            const auto more = run(part);
            auto both = more ? joined(all, *more) : std::nullopt;
            if (!both) return std::nullopt;
            all = *std::move(both);
        }
        return all;
    }

    std::optional<Choices> choice(const std::vector<PatternTree>& parts)
    {
        Choices all;
        for (const auto& part : parts) {
            const auto more = run(part);
            if (!more) return std::nullopt;
            all.insert(all.end(), more->begin(), more->end());
            if (all.size() > most_gathered && !are_few(all)) return std::nullopt;
        }
        if (!are_few(all)) return std::nullopt;
        return all;
    }

    std::optional<Choices> repetition(const PatternTree& tree)
    {
        const auto once = run(tree.parts.front());
        if (!once) return std::nullopt;
        Choices all;
        if (tree.least == 0) all.push_back({});
        auto often = once;
        for (std::size_t times = 1; often; ++times) {
            all.insert(all.end(), often->begin(), often->end());
            if (!are_few(all)) return std::nullopt;
            if (!tree.is_repeated || times == most_bytes) return all;
            often = joined(*often, *once);
        }
        return std::nullopt;
    }

    static constexpr std::size_t most_gathered = 4 * most_known;  // of a choice, before it is told
    std::size_t made_ = 0;
};

/// Which share of the places of a text has such bytes, if letters and spaces were equally frequent.
double share(const Beginning& one)
{
    static const auto frequent = byte_range('a', 'z') | byte_range(' ', ' ');
    double all = 1.0;
    for (const auto& bytes : one.bytes)
        all *=
            static_cast<double>((bytes & frequent).count()) / static_cast<double>(frequent.count());
    return all;
}

Beginning either(const Beginning& one, const Beginning& other)
{
    auto both = one;
    for (std::size_t at = 0; at < most_bytes; ++at) both.bytes[at] |= other.bytes[at];
    return both;
}

/// Makes two neighbours one, those that lose least by it, until there are few enough.
void make_few(Choices& all)
{
    std::ranges::sort(all, {}, [](const Beginning& one) {
        return std::pair{one.bytes[0]._Find_first(), one.bytes[1]._Find_first()};
    });
    const auto loss = [&](std::size_t at) {
        return share(either(all[at], all[at + 1])) - share(all[at]) - share(all[at + 1]);
    };
    std::vector<double> losses;  // of each with the next
    for (std::size_t at = 0; at + 1 < all.size(); ++at) losses.push_back(loss(at));
    while (all.size() > most_kept) {
        const auto best = std::ranges::min_element(losses) - losses.begin();
        const auto at = static_cast<std::size_t>(best);
        all[at] = either(all[at], all[at + 1]);
        all.erase(all.begin() + best + 1);
        losses.erase(losses.begin() + best);
        if (at > 0) losses[at - 1] = loss(at - 1);
        if (at < losses.size()) losses[at] = loss(at);
    }
}

/// The blanks of which it takes as many as there are, or none; no bytes, where it takes others.
ByteSet optional_blanks(const PatternTree& tree)
{
    static const auto blanks = byte_range('\t', '\r') | byte_range(' ', ' ');
    if (tree.kind != PatternTree::Kind::Repetition || tree.least != 0) return {};
    const auto inner = parts_in_order(tree.parts.front());
    if (inner.size() != 1 || inner.front()->kind != PatternTree::Kind::Byte) return {};
    return (inner.front()->bytes & ~blanks).any() ? ByteSet{} : inner.front()->bytes;
}

}  // namespace

std::optional<Beginnings> Beginnings::of(const Pattern& pattern)
{
    if (traits_of(pattern).is_obscure) return std::nullopt;
    const auto tree = pattern_tree(pattern);
    return tree ? of(*tree) : std::nullopt;
}

std::optional<Beginnings> Beginnings::of_lines(const Pattern& pattern)
{
    if (traits_of(pattern).is_obscure) return std::nullopt;
    const auto tree = pattern_tree(pattern);
    if (!tree) return std::nullopt;
    const auto parts = parts_in_order(*tree);
    const auto skipped = parts.empty() ? ByteSet{} : optional_blanks(*parts.front());
    if (skipped.none()) return of(*tree);
    PatternTree rest{.kind = PatternTree::Kind::Sequence};
    for (std::size_t at = 1; at < parts.size(); ++at) rest.parts.push_back(*parts[at]);
    auto made = of(rest);
    if (made) made->skipped_ = skipped;
    return made;
}

std::optional<Beginnings> Beginnings::of(const PatternTree& tree)
{
    auto known = Collecting{}.run(tree);
    if (!known) return std::nullopt;
    auto& all = *known;
    for (auto& one : all) {
        if (one.length == 0) return std::nullopt;
        while (!is_complete(one)) one.bytes[one.length++].set();
    }
    make_few(all);
    double places = 0.0;
    for (const auto& one : all) places += share(one);
    if (places > most_places) return std::nullopt;
    Beginnings made;
    for (std::size_t byte = 0; byte < made.by_byte_.size(); ++byte)
        for (std::size_t at = 0; at < length; ++at)
            for (std::size_t bit = 0; bit < all.size(); ++bit)
                if (all[bit].bytes[at][byte]) made.by_byte_[byte][at] |= std::uint64_t{1} << bit;
    return made;
}

bool Beginnings::can_be_at(std::string_view text, std::size_t place) const noexcept
{
    auto left = ~std::uint64_t{0};
    // A match may end before its fourth byte, where the text does.
    const auto end = std::min(text.size(), place + length);
    for (std::size_t at = place; at < end; ++at)
        left &= by_byte_[static_cast<unsigned char>(text[at])][at - place];
    return left != 0;
}

bool Beginnings::can_begin_in_line(std::string_view text, std::size_t line) const noexcept
{
    const auto end = std::min(text.size(), line + most_skipped);
    for (auto at = line; at < end; ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (by_byte_[byte].front() != 0 && can_be_at(text, at)) return true;
        if (!skipped_[byte]) return false;
    }
    return true;  // there may be something behind the blanks
}

std::size_t Beginnings::next(std::string_view text, std::size_t from) const noexcept
{
    // Of those that began one, two and three bytes before, which go on.
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (auto at = from; at < text.size(); ++at) {
        const auto& places = by_byte_[static_cast<unsigned char>(text[at])];
        if ((third & places[3]) != 0) return at - 3;
        third = second & places[2];
        second = first & places[1];
        first = places[0];
    }
    // A match may end before its fourth byte, where the text does.
    if (third != 0) return text.size() - 3;
    if (second != 0) return text.size() - 2;
    return first != 0 ? text.size() - 1 : std::string_view::npos;
}

std::size_t Beginnings::next_line(std::string_view text, std::size_t from) const noexcept
{
    for (auto line = next_line_begin(text, from); line < text.size();
         line = next_line_begin(text, line + 1))
        if (can_begin_in_line(text, line)) return line;
    return std::string_view::npos;
}

}  // namespace lazaret::filter::rules
