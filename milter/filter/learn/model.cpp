#include "milter/filter/learn/model.hpp"

#include <numeric>
#include <utility>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/step.hpp"
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

double Model::log_odds(std::string_view message, Taste taste) const
{
    const Features features{message};
    return weights_->shared_log_odds(features.grams()) +
           weights_->own_log_odds(features.traits().all(), taste).sum();
}

Opinion Model::opinion_of(std::string_view message) const
{
    const Features features{message};
    const auto kind = static_cast<std::size_t>(features.kind());
    const auto alike = [&](Label label) { return weights_->seen[index(label)][kind]; };
    return {weights_->shared_log_odds(features.grams()),
            {seen(Label::Ham), seen(Label::Spam), alike(Label::Ham), alike(Label::Spam),
             features.kind() == Kind::BulkHtml || features.kind() == Kind::BulkPlain},
            features.traits()};
}

OwnLogOdds Model::own_log_odds(const Opinion& opinion, Taste taste) const
{
    return weights_->own_log_odds(opinion.traits.all(), taste);
}

void Model::learn(std::string_view message, Label label)
{
    const Features features{message};
    weights_->learn(features, label);
}

std::string Model::learn_vote(std::string_view message, Label label, Taste taste, double share)
{
    return weights_->learn_vote(Features{message}, label, taste, share).packed();
}

bool Model::take_back(std::string_view step)
{
    const auto read = Step::read(step);
    if (read) weights_->take_back(*read);
    return read.has_value();
}

std::size_t Model::differing_weights(const Model& other) const
{
    std::size_t differing = 0;
    for (std::size_t i = 0; i < weight_count; ++i)
        if (weights_->weight[i] != other.weights_->weight[i]) ++differing;
    return differing;
}

std::uint64_t Model::seen(Label label) const
{
    const auto& by_kind = weights_->seen[index(label)];
    return std::accumulate(by_kind.begin(), by_kind.end(), std::uint64_t{0});
}

}  // namespace lazaret::filter
