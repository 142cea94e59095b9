#include "milter/filter/learn/model.hpp"

#include <utility>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/weights.hpp"

namespace lazaret::filter {

Model::Model() : weights_{std::make_unique<Weights>()} {}
Model::Model(const Model& other) : weights_{std::make_unique<Weights>(*other.weights_)} {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model other) noexcept
{
    std::swap(weights_, other.weights_);
    return *this;
}
Model::~Model() = default;

double Model::log_odds(std::string_view message) const
{
    return weights_->log_odds(Features{message}.indices());
}

void Model::learn(std::string_view message, Label label)
{
    weights_->learn(Features{message}.indices(), label);
}

std::uint64_t Model::seen(Label label) const { return weights_->seen[index(label)]; }

}  // namespace lazaret::filter
