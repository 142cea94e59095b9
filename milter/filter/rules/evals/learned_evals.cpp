#include <array>
#include <charconv>
#include <cmath>

#include "milter/filter/rules/evals/eval.hpp"

namespace lazaret::filter::rules {
namespace {

/// A number in an argument; not a number where it says `undef`.
double number_of(const std::string& text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : std::nan("");
}

/// check_bayes(above, upto): `BAYES_50` and its like, by our own classifier's probability.
unsigned check_bayes(const EvalContext& context, std::span<const std::string> arguments)
{
    if (!context.spam_probability) return 0;
    const double above = number_of(arguments[0]);
    const double upto = number_of(arguments[1]);
    const double probability = *context.spam_probability;
    const bool is_above = above == 0 || probability > above;
    const bool is_below = std::isnan(upto) || probability <= upto;
    return is_above && is_below ? 1 : 0;
}

constexpr auto table = std::to_array<EvalEntry>({{"check_bayes", "", check_bayes, "", 2}});

}  // namespace

std::span<const EvalEntry> learned_evals() { return table; }

}  // namespace lazaret::filter::rules
