#include "milter/filter/rules/language/replace_tags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr int most_passes = 6;
constexpr std::size_t longest_pattern = 1 << 18;  // bytes; tags in tags may grow without bound
// Longer ones may be too large for PCRE2, whose compiled patterns have 64 kB.
constexpr std::size_t longest_without_short_form = 2'000;

constexpr std::string_view subroutine_prefix = "tag_";

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

/// Whether a value is one thing wherever it is put: no `|` of it stands outside of groups.
bool is_self_contained(std::string_view value)
{
    int depth = 0;
    bool in_class = false;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char c = value[at];
        if (c == '\\') ++at;
        else if (in_class) in_class = c != ']';
        else if (c == '[') in_class = true;
        else if (c == '(') ++depth;
        else if (c == ')') --depth;
        else if (c == '|' && depth == 0) return false;
    }
    return depth == 0;
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

    void replace_in(Pattern& pattern) const
    {
        const auto written = pattern.text;
        for (int pass = 0; pass < most_passes && pattern.text.size() < longest_pattern; ++pass)
            if (!replace_once(pattern.text)) break;
        if (pattern.text.size() > longest_without_short_form)
            pattern.short_text = with_subroutines(written).value_or("");
    }

private:
    /// The same with the values of tags written once, and called where they are used.
    [[nodiscard]] std::optional<std::string> with_subroutines(std::string pattern) const
    {
        std::set<std::string> used;
        auto body = called(std::move(pattern), used);
        std::string definitions;
        std::set<std::string> defined;
        while (defined.size() < used.size()) {
            const auto next = std::find_if(used.begin(), used.end(), [&](const auto& name) {
                return !defined.contains(name);
            });
            const auto name = *next;
            defined.insert(name);
            const auto& value = tags_.find(name)->second;
            if (!is_self_contained(value)) return std::nullopt;
            definitions += fmt::format("(?<{}{}>{})", subroutine_prefix, name, called(value, used));
        }
        return fmt::format("(?(DEFINE){}){}", definitions, body);
    }

    /// One pass of replacement in which a tag becomes a call.
    [[nodiscard]] std::string called(std::string pattern, std::set<std::string>& used) const
    {
        replace_once(pattern, [&](const auto& tag) {
            used.insert(tag.first);
            return fmt::format("(?&{}{})", subroutine_prefix, tag.first);
        });
        return pattern;
    }

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
        return replace_once(pattern, [](const auto& tag) { return tag.second; });
    }

    /// @param text_for  gives what stands for a tag (name and value).
    template <class TextFor>
    bool replace_once(std::string& pattern, TextFor&& text_for) const
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
                made += text_for(*found);
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
        if (auto* pattern = pattern_of(found->second.test)) replacement.replace_in(*pattern);
    }
}

}  // namespace lazaret::filter::rules
