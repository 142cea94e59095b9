#include "milter/filter/learn/weights.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "milter/filter/learn/features.hpp"

namespace lazaret::filter {
namespace {

constexpr double first_step = 0.01;  // of a weight that was never changed
constexpr double slowing = 10.0;     // how fast `spent` makes steps smaller
constexpr double sure_at = 6.0;      // log-odds beyond which there is nothing to learn

// Makes short and long messages weigh alike: as if each had some 3,000 features. Few features are
// not blown up without limit.
double scale_for(std::size_t features)
{
    return std::sqrt(3'000.0 / static_cast<double>(std::max<std::size_t>(features, 50)));
}

}  // namespace

Model::Weights::Weights() : weight(weight_count), spent(weight_count) {}

double Model::Weights::log_odds(std::span<const std::uint32_t> features) const
{
    double sum = 0.0;
    for (const auto i : features) sum += static_cast<double>(weight[i]);
    return sum * scale_for(features.size());
}

bool Model::Weights::step(std::span<const std::uint32_t> features, Label label)
{
    const double sign = label == Label::Spam ? 1.0 : -1.0;
    const double margin = sign * log_odds(features);
    if (features.empty() || margin >= sure_at) return false;
    const double error = 1.0 / (1.0 + std::exp(margin));  // the gradient of the logistic loss
    const auto squared = static_cast<float>(error * error);
    const auto move = static_cast<float>(sign * first_step * error * scale_for(features.size()));
    for (const auto i : features) {
        spent[i] += squared;
        weight[i] += move / std::sqrt(1.0F + static_cast<float>(slowing) * spent[i]);
    }
    return true;
}

void Model::Weights::learn(std::span<const std::uint32_t> features, Label label)
{
    ++seen[index(label)];
    if (!step(features, label)) return;
    Example example{features.begin(), features.end()};
    std::sort(example.begin(), example.end());
    const auto other = label == Label::Spam ? Label::Ham : Label::Spam;
    forget(example, other);
    if (const auto& known = remembered[index(other)]; !known.empty())
        step(known[chance() % known.size()], other);
    remember(std::move(example), label);
}

void Model::Weights::remember(Example example, Label label)
{
    auto& known = remembered[index(label)];
    if (known.size() < remembered_most) known.push_back(std::move(example));
    else known[chance() % known.size()] = std::move(example);
}

// Who changed his mind would else be contradicted by what he said before.
void Model::Weights::forget(const Example& example, Label label)
{
    for (auto& known : remembered[index(label)])
        if (known == example) known.clear();  // the slot stays: deltas name slots
}

// The same on every machine for the same history (splitmix64), so that models can be compared.
std::uint64_t Model::Weights::chance() const noexcept
{
    std::uint64_t x = (seen[0] + seen[1]) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

}  // namespace lazaret::filter
