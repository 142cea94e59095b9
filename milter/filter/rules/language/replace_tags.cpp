#include "milter/filter/rules/language/replace_tags.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr int most_passes = 6;
constexpr std::size_t longest_pattern = 1 << 18;  // bytes; tags in tags may grow without bound

using Values = std::map<std::string, std::string, std::less<>>;

Values values_of(const RuleSettings& settings, std::string_view key)
{
    Values values;
    for (const auto& line : settings.lines(key)) {
        const std::string_view text = line.value;
        const auto end = std::min(text.find_first_of(" \t"), text.size());
        values[std::string{text.substr(0, end)}] = trimmed(text.substr(end));
    }
    return values;
}

/// Text and tags in turn, as `<` and `>` cut a pattern: even elements are text, odd ones tags with
/// their brackets. Between two tags that touch stands an empty text.
std::vector<std::string> cut_at_tags(std::string_view pattern)
{
    std::vector<std::string> pieces{std::string{}};
    while (!pattern.empty()) {
        const auto open = pattern.find('<');
        const auto close =
            open == std::string_view::npos ? open : pattern.find_first_of("<>", open + 1);
        if (close == std::string_view::npos) {
            pieces.back() += pattern;
            break;
        }
        if (pattern[close] == '<' || close == open + 1) {  // no tag
            pieces.back() += pattern.substr(0, close);
            pattern.remove_prefix(close);
            if (pattern.front() == '>') {
                pieces.back() += '>';
                pattern.remove_prefix(1);
            }
            continue;
        }
        pieces.back() += pattern.substr(0, open);
        pieces.emplace_back(pattern.substr(open, close - open + 1));
        pieces.emplace_back();
        pattern.remove_prefix(close + 1);
    }
    return pieces;
}

class Replacement {
public:
    explicit Replacement(const RuleSettings& settings)
        : tags_{values_of(settings, "replace_tag")},
          inter_{values_of(settings, "replace_inter")},
          pre_{values_of(settings, "replace_pre")},
          post_{values_of(settings, "replace_post")}
    {
    }

    void replace_in(std::string& pattern) const
    {
        for (int pass = 0; pass < most_passes && pattern.size() < longest_pattern; ++pass)
            if (!replace_once(pattern)) break;
    }

private:
    /// Takes `<inter NAME>` and its like out, and gives the value that it names.
    static std::string take_modifier(std::string& pattern, std::string_view word,
                                     const Values& values)
    {
        const auto begin = pattern.find(fmt::format("<{} ", word));
        if (begin == std::string::npos) return {};
        const auto end = pattern.find('>', begin);
        if (end == std::string::npos) return {};
        const auto name_at = begin + word.size() + 2;
        const auto found = values.find(std::string_view{pattern}.substr(name_at, end - name_at));
        pattern.erase(begin, end - begin + 1);
        return found == values.end() ? std::string{} : found->second;
    }

    /// @return whether what was put in has tags itself.
    [[nodiscard]] bool replace_once(std::string& pattern) const
    {
        const auto pre = take_modifier(pattern, "pre", pre_);
        const auto post = take_modifier(pattern, "post", post_);
        const auto inter = take_modifier(pattern, "inter", inter_);
        const auto pieces = cut_at_tags(pattern);
        std::string made;
        bool again = false;
        for (std::size_t at = 0; at < pieces.size(); ++at) {
            const auto& piece = pieces[at];
            if (at % 2 == 0) {
                const bool between = at > 0 && at + 1 < pieces.size();
                made += piece.empty() && between ? inter : piece;
                continue;
            }
            made += pre;
            const auto found = tags_.find(std::string_view{piece}.substr(1, piece.size() - 2));
            if (found == tags_.end()) made += piece;
            else {
                made += found->second;
                const auto open = found->second.find('<');
                again = again || (open != std::string::npos &&
                                  found->second.find('>', open) != std::string::npos);
            }
            made += post;
        }
        pattern = std::move(made);
        return again;
    }

    Values tags_;
    Values inter_;
    Values pre_;
    Values post_;
};

Pattern* pattern_of(Test& test)
{
    if (auto* one = std::get_if<HeaderRule>(&test)) return &one->test.pattern;
    if (auto* one = std::get_if<BodyRule>(&test)) return &one->pattern;
    if (auto* one = std::get_if<RawBodyRule>(&test)) return &one->pattern;
    if (auto* one = std::get_if<UriRule>(&test)) return &one->pattern;
    if (auto* one = std::get_if<FullRule>(&test)) return &one->pattern;
    return nullptr;
}

}  // namespace

void replace_tags(RuleSource& source)
{
    if (!source.plugins.contains("ReplaceTags")) return;
    const Replacement replacement{source.settings};
    for (const auto name : source.settings.words("replace_rules")) {
        const auto found = source.rules.find(name);
        if (found == source.rules.end()) continue;
        if (auto* pattern = pattern_of(found->second.test)) replacement.replace_in(pattern->text);
    }
}

}  // namespace lazaret::filter::rules
