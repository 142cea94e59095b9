#include "quarantine-store/crossed_scores.hpp"

#include <algorithm>
#include <cstdlib>

namespace lazaret::store {
namespace {

// The number that a setting is; none when it is none.
std::optional<double> number(const std::vector<EffectiveSetting>& settings, std::string_view name)
{
    const auto row = std::ranges::find(settings, name, &EffectiveSetting::name);
    if (row == settings.end()) return std::nullopt;
    char* end = nullptr;
    const double value = std::strtod(row->value.c_str(), &end);
    return end == row->value.c_str() ? std::nullopt : std::optional{value};
}

}  // namespace

std::optional<CrossedScores> crossed_scores(const std::vector<EffectiveSetting>& settings)
{
    const auto hold = number(settings, "hold_at");
    const auto refuse = number(settings, "refuse_at");
    if (!hold || !refuse || *hold <= *refuse) return std::nullopt;
    return CrossedScores{*hold, *refuse};
}

}  // namespace lazaret::store
