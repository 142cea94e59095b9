#include "milter/filter/rules/language/suggested_scores.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "milter/filter/rules/language/definitions.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view measured_scores = "72_scores.cf";
constexpr std::string_view distribution_rules = "72_active.cf";

struct Suggestion {
    std::string_view rule;
    double score = 0.0;
};

std::optional<Suggestion> suggestion_in(std::string_view line)
{
    line = trimmed(line);
    if (!line.starts_with('#')) return std::nullopt;
    line = trimmed(line.substr(1));
    const auto words = words_of(line.substr(0, line.find('#')));
    if (words.size() != 3 || words[0] != "score" || !is_rule_name(words[1])) return std::nullopt;
    const auto number = words[2];
    double score = 0.0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), score);
    if (error != std::errc{} || end != number.data() + number.size() || !std::isfinite(score))
        return std::nullopt;
    return Suggestion{words[1], std::clamp(score, -most_suggested, most_suggested)};
}

std::string_view folder_of(std::string_view file)
{
    const auto slash = file.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

}  // namespace

SuggestedScores::SuggestedScores(std::span<const RuleFile> files)
{
    if (std::ranges::any_of(files, [](const auto& file) { return is_measured(file.name); })) return;
    std::set<std::string_view> folders;
    for (const auto& file : files)
        if (file.name.ends_with(distribution_rules)) folders.insert(folder_of(file.name));
    for (const auto& file : files) {
        if (!folders.contains(folder_of(file.name))) continue;
        for (std::string_view rest = file.text; !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size());
            if (const auto one = suggestion_in(rest.substr(0, end)))
                scores_.insert_or_assign(
                    {std::string{folder_of(file.name)}, std::string{one->rule}}, one->score);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
}

bool SuggestedScores::is_measured(std::string_view file) { return file.ends_with(measured_scores); }

std::optional<double> SuggestedScores::of(std::string_view file, std::string_view rule) const
{
    const auto found = scores_.find({std::string{folder_of(file)}, std::string{rule}});
    if (found == scores_.end()) return std::nullopt;
    return found->second;
}

}  // namespace lazaret::filter::rules
