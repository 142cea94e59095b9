#include "milter/filter/rules/uris/redirectors.hpp"

#include <algorithm>
#include <bitset>
#include <utility>

#include "base/text.hpp"
#include "milter/filter/rules/patterns/pattern_syntax.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {
namespace {

// Collects the runs of plain characters outside of groups and keeps the longest.
class NeededText {
public:
    void add(char c) { run_ += c; }
    void drop_last()
    {
        if (!run_.empty()) run_.pop_back();
        end_run();
    }
    void end_run()
    {
        if (run_.size() > longest_.size()) longest_ = run_;
        run_.clear();
    }
    std::string longest()
    {
        end_run();
        return ascii_lower(longest_);
    }

private:
    std::string run_;
    std::string longest_;
};

// Reads what is behind a backslash. @return whether it was understood.
bool add_escaped(char c, NeededText& text)
{
    constexpr std::string_view classes = "wWdDsSbBAzZhHvVRNKX";
    if (!is_letter_or_digit(c)) text.add(c);
    else if (classes.find(c) != std::string_view::npos) text.end_run();
    else return false;
    return true;
}

// Most addresses lack a pair of neighbours of every needle, which is told faster than a search.
constexpr std::size_t pair_numbers = 4096;

std::uint16_t number_of_pair(char first, char second)
{
    const auto high = static_cast<unsigned char>(first);
    const auto low = static_cast<unsigned char>(second);
    return static_cast<std::uint16_t>((high * 61U + low) % pair_numbers);
}

}  // namespace

std::string text_needed_by(std::string_view pattern, std::string_view flags)
{
    if (flags.find('x') != std::string_view::npos) return {};
    NeededText text;
    for (std::size_t at = 0; at < pattern.size();) {
        const char c = pattern[at++];
        switch (c) {
            case '|': return {};
            case '\\':
                if (at == pattern.size() || !add_escaped(pattern[at++], text)) return {};
                break;
            case '(':
                // Flags that are set inside (`(?i)`, `(?x)`) may change what follows.
                if (pattern.substr(at, 1) == "?" && at + 1 < pattern.size() &&
                    std::string_view{":=!<>#"}.find(pattern[at + 1]) == std::string_view::npos)
                    return {};
                text.end_run();
                at = end_of_group(pattern, at - 1);
                break;
            case '[':
                text.end_run();
                at = end_of_class(pattern, at - 1);
                break;
            case '?':
            case '*':
            case '{':
                text.drop_last();
                if (c == '{') at = std::min(pattern.find('}', at), pattern.size() - 1) + 1;
                break;
            case '+':
            case '.':
            case '^':
            case '$': text.end_run(); break;
            default: text.add(c);
        }
    }
    return text.longest();
}

void Redirectors::add(std::string_view pattern, std::string_view flags, Finder find)
{
    auto needle = text_needed_by(pattern, flags);
    std::vector<std::uint16_t> pairs;
    for (std::size_t at = 1; at < needle.size(); ++at)
        pairs.push_back(number_of_pair(needle[at - 1], needle[at]));
    all_.push_back({std::move(needle), std::move(pairs), std::move(find)});
}

std::string_view Redirectors::target_of(std::string_view address) const
{
    if (all_.empty()) return {};
    const auto small = ascii_lower(address);
    std::bitset<pair_numbers> seen;
    for (std::size_t at = 1; at < small.size(); ++at)
        seen.set(number_of_pair(small[at - 1], small[at]));
    for (const auto& [needle, pairs, find] : all_) {
        const bool may_hold = std::all_of(pairs.begin(), pairs.end(),
                                          [&seen](std::uint16_t pair) { return seen.test(pair); });
        if (!may_hold || small.find(needle) == std::string::npos) continue;
        const auto target = find(address);
        if (target && target->find('.') != std::string_view::npos) return *target;
    }
    return {};
}

}  // namespace lazaret::filter::rules
