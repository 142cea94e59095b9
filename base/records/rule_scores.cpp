#include "base/records/rule_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lazaret {
namespace {

constexpr std::size_t most_rules = 200;
constexpr std::size_t longest_name = 100;
constexpr double most_points = 100.0;
constexpr std::string_view separators = " ,";

// Those of SpamAssassin's rules, which all hits keep to.
bool is_name(std::string_view text)
{
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !text.empty() && text.size() <= longest_name && !(text[0] >= '0' && text[0] <= '9') &&
           std::all_of(text.begin(), text.end(), fits);
}

std::optional<double> points_of(std::string_view text)
{
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    double points = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), points);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(points >= -most_points && points <= most_points)) return std::nullopt;
    return points;
}

}  // namespace

std::optional<RuleScores> parse_rule_scores(std::string_view text)
{
    RuleScores scores;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
        if (text.empty()) return scores;
        const auto one = text.substr(0, text.find_first_of(separators));
        text.remove_prefix(one.size());
        const auto sign = std::min(one.find('='), one.size());
        const auto name = one.substr(0, sign);
        const auto points = sign < one.size() ? points_of(one.substr(sign + 1)) : std::nullopt;
        if (!is_name(name) || !points) return std::nullopt;
        scores.insert_or_assign(std::string{name}, *points);
        if (scores.size() > most_rules) return std::nullopt;
    }
}

std::string text_of(const RuleScores& scores)
{
    std::string text;
    for (const auto& [name, points] : scores)
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, points);
    return text;
}

}  // namespace lazaret
