#include "milter/filter/learn/weights.hpp"

#include <sodium.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace lazaret::filter {
namespace {

constexpr double weight_unit = 1.0 / (1 << 24);
constexpr double spent_unit = 1.0 / (1 << 12);
constexpr std::int64_t weight_most = 1 << 30;  // 64; beyond what learning can reach

constexpr double first_step = 0.01;  // of a weight that was never changed
constexpr double slowing = 10.0;     // how fast `spent` makes steps smaller
constexpr double sure_at = 6.0;      // log-odds beyond which there is nothing to learn

// A vote moves what its account thinks of the same message until it agrees by so much, but not
// further than a step, in log-odds; what its tenant thinks a part of that.
constexpr double own_sure_at = 4.0;
constexpr double own_step = 3.0;
constexpr double tenant_part = 0.1;

// To how much the largest move of a step is rounded: two bytes each, or one where a message has so
// many features that the step would be too large to keep.
constexpr int finely = 8'191;
constexpr int coarsely = 63;

// Makes short and long messages weigh alike: as if each had some 3,000 features. Few features are
// not blown up without limit.
double scale_for(std::size_t features)
{
    return std::sqrt(3'000.0 / static_cast<double>(std::max<std::size_t>(features, 50)));
}

// How much smaller a step is that is the next of many.
double slowed(std::uint32_t spent)
{
    return 1.0 / std::sqrt(1.0 + slowing * spent_unit * static_cast<double>(spent));
}

/// One of the weights of a trait for one owner.
struct OwnWeight {
    std::uint32_t index;
    float size;  ///< with the sign of the hash
};

// A trait has three, and what it says is their median: a stranger who meets it in one of them
// changes nothing (Charikar, Chen and Farach-Colton 2002).
constexpr std::size_t weights_a_trait = 3;

constexpr std::size_t own_weight_count = weight_count - gram_weights;

std::array<OwnWeight, weights_a_trait> own_weights(const Trait& trait, char level,
                                                   std::int64_t owner, const HashSecret& secret)
{
    static_assert(crypto_shorthash_siphashx24_KEYBYTES == std::tuple_size_v<HashSecret>);
    std::array<unsigned char, 17> whose{static_cast<unsigned char>(level)};
    const auto put = [&](std::size_t at, std::uint64_t value) {
        for (std::size_t i = 0; i < 8; ++i)
            whose[at + i] = static_cast<unsigned char>(value >> (8 * i));
    };
    put(1, static_cast<std::uint64_t>(owner));
    put(9, trait.hash);
    std::array<unsigned char, crypto_shorthash_siphashx24_BYTES> hash{};
    crypto_shorthash_siphashx24(hash.data(), whose.data(), whose.size(), secret.data());
    std::array<OwnWeight, weights_a_trait> weights{};
    for (std::size_t at = 0; at < weights.size(); ++at) {
        std::uint32_t piece = 0;
        for (std::size_t i = 0; i < 4; ++i)
            piece |= static_cast<std::uint32_t>(hash[4 * at + i]) << (8 * i);
        weights[at].index =
            static_cast<std::uint32_t>(gram_weights + (piece >> 1) % own_weight_count);
        weights[at].size = (piece & 1) == 0 ? trait.size : -trait.size;
    }
    return weights;
}

// The middle one of three that are spread around 0 is spread by so much of what each is.
constexpr double middle_of_three = 0.67;
// By chance it is beyond this in one case of twenty.
constexpr double noise_doubted = 2.0;

double without_noise(double log_odds, double noise)
{
    return std::copysign(std::max(std::abs(log_odds) - noise_doubted * noise, 0.0), log_odds);
}

constexpr char of_account = 'a';
constexpr char of_tenant = 't';

double squared_size(std::span<const Trait> traits)
{
    double sum = 0.0;
    for (const auto& trait : traits) sum += static_cast<double>(trait.size) * trait.size;
    return std::max(sum, 3.0);  // few traits do not weigh without limit
}

/// A move before it is rounded to what a Step keeps.
struct WantedMove {
    std::uint32_t index;
    double by;  ///< in units of a weight
};

// Two bytes for the gap to the index before and one for the move, at most, and some for the rest:
// so many are sure to have room in a packed step.
constexpr std::size_t most_coarse_moves = 5'000;

Step::Part rounded(std::vector<WantedMove> wanted, int largest, std::uint32_t squared)
{
    if (largest == coarsely && wanted.size() > most_coarse_moves) {
        std::ranges::nth_element(wanted, wanted.begin() + most_coarse_moves, std::ranges::greater{},
                                 [](const WantedMove& move) { return std::abs(move.by); });
        wanted.resize(most_coarse_moves);
    }
    std::ranges::sort(wanted, {}, &WantedMove::index);
    double most = 0.0;
    for (const auto& move : wanted) most = std::max(most, std::abs(move.by));
    Step::Part part;
    part.squared = squared;
    while (std::ldexp(most, -part.shift) > largest) ++part.shift;
    for (const auto& move : wanted) {
        const auto by = std::lround(std::ldexp(move.by, -part.shift));
        if (by == 0) continue;
        // Two traits may share a weight.
        if (!part.moves.empty() && part.moves.back().index == move.index) continue;
        part.moves.push_back({move.index, static_cast<std::int16_t>(by)});
    }
    return part;
}

}  // namespace

Model::Weights::Weights() : weight(weight_count), spent(weight_count)
{
    randombytes_buf(secret.data(), secret.size());
}

double Model::Weights::shared_log_odds(std::span<const std::uint32_t> grams) const
{
    std::int64_t sum = 0;
    for (const auto i : grams) sum += weight[i];
    return static_cast<double>(sum) * weight_unit * scale_for(grams.size());
}

OwnLogOdds Model::Weights::own_log_odds(std::span<const Trait> traits, Taste taste) const
{
    OwnLogOdds own;
    const auto add = [&](double& sum, const auto& weights) {
        std::array<double, weights_a_trait> says{};
        for (std::size_t i = 0; i < weights.size(); ++i)
            says[i] = static_cast<double>(weight[weights[i].index]) *
                      static_cast<double>(weights[i].size);
        std::ranges::sort(says);
        sum += says[weights_a_trait / 2] * weight_unit;
    };
    const bool account = std::ranges::binary_search(voted, taste.account);
    const bool tenant = taste.tenant != 0;
    for (const auto& trait : traits) {
        if (account) add(own.account, own_weights(trait, of_account, taste.account, secret));
        if (tenant) add(own.tenant, own_weights(trait, of_tenant, taste.tenant, secret));
    }
    const auto all = own.sum();
    if (all == 0.0) return {};
    const double parts = (account ? 1.0 : 0.0) + (tenant ? 1.0 : 0.0);
    const auto noise =
        middle_of_three * weight_unit *
        std::sqrt(std::max(own_squares, 0.0) / own_weight_count * squared_size(traits) * parts);
    const auto left = without_noise(all, noise) / all;
    return {own.account * left, own.tenant * left};
}

void Model::Weights::sum_squares()
{
    own_squares = 0.0;
    for (std::size_t at = gram_weights; at < weight.size(); ++at)
        own_squares += static_cast<double>(weight[at]) * static_cast<double>(weight[at]);
}

std::vector<double> Model::Weights::worth_by_byte(std::string_view excerpt, Label label) const
{
    const double sign = label == Label::Spam ? weight_unit : -weight_unit;
    const double scale = sign * scale_for(excerpt.size());
    std::vector<double> worth(excerpt.size());
    for_each_gram(excerpt, [&](std::size_t at, std::uint32_t index) {
        worth[at] = scale * static_cast<double>(weight[index]);
    });
    return worth;
}

std::optional<Model::Weights::Gradient> Model::Weights::gradient(
    std::span<const std::uint32_t> grams, Label label, double share) const
{
    const double sign = label == Label::Spam ? 1.0 : -1.0;
    const double margin = sign * shared_log_odds(grams);
    if (grams.empty() || margin >= sure_at || !(share > 0.0)) return std::nullopt;
    const double error = share / (1.0 + std::exp(margin));
    return Gradient{sign * first_step * error * scale_for(grams.size()) / weight_unit,
                    static_cast<std::uint32_t>(std::lround(error * error / spent_unit))};
}

bool Model::Weights::step(std::span<const std::uint32_t> grams, Label label)
{
    const auto one = gradient(grams, label, 1.0);
    if (!one) return false;
    for (const auto i : grams) {
        if (spent[i] <= std::numeric_limits<std::uint32_t>::max() - one->squared)
            spent[i] += one->squared;
        const auto moved = weight[i] + std::lround(one->pull * slowed(spent[i]));
        weight[i] = static_cast<std::int32_t>(std::clamp(moved, -weight_most, weight_most));
    }
    return true;
}

Step::Part Model::Weights::shared_part(std::span<const std::uint32_t> grams, Label label,
                                       double share, int largest) const
{
    const auto one = gradient(grams, label, share);
    if (!one) return {};
    std::vector<WantedMove> wanted;
    wanted.reserve(grams.size());
    for (const auto i : grams)
        if (can_take(i, one->squared))
            wanted.push_back({i, one->pull * slowed(spent[i] + one->squared)});
    return rounded(std::move(wanted), largest, one->squared);
}

Step::Part Model::Weights::own_part(const Features& features, Label label, Taste taste,
                                    double share) const
{
    const auto traits = features.traits().all();
    const double sign = label == Label::Spam ? 1.0 : -1.0;
    const double margin =
        sign * (shared_log_odds(features.grams()) + own_log_odds(traits, taste).sum());
    if (traits.empty() || margin >= own_sure_at) return {};
    const double move = std::min(own_sure_at - margin, own_step);
    const double pull = sign * move / squared_size(traits) / weight_unit;
    std::vector<WantedMove> wanted;
    const auto want = [&](const auto& weights, double part) {
        for (const auto& own : weights)
            if (can_take(own.index, 0))
                wanted.push_back({own.index, pull * part * static_cast<double>(own.size)});
    };
    for (const auto& trait : traits) {
        if (taste.account != 0) want(own_weights(trait, of_account, taste.account, secret), 1.0);
        if (taste.tenant != 0)
            want(own_weights(trait, of_tenant, taste.tenant, secret), tenant_part * share);
    }
    return rounded(std::move(wanted), finely, 0);
}

bool Model::Weights::can_take(std::uint32_t at, std::uint32_t squared) const
{
    return spent[at] <= std::numeric_limits<std::uint32_t>::max() - squared &&
           std::abs(static_cast<std::int64_t>(weight[at])) < weight_most;
}

void Model::Weights::apply(const Step::Part& part, int sign)
{
    for (const auto& move : part.moves) {
        const auto by = static_cast<std::int64_t>(move.by) * (std::int64_t{1} << part.shift);
        const auto before = weight[move.index];
        const auto moved = std::clamp(before + sign * by, -weight_most, weight_most);
        weight[move.index] = static_cast<std::int32_t>(moved);
        if (move.index >= gram_weights)
            own_squares +=
                static_cast<double>(moved - before) * static_cast<double>(moved + before);
        auto& all = spent[move.index];
        all = sign > 0 ? all + part.squared : all - std::min(all, part.squared);
    }
}

// People vote on what was judged wrong, mostly spam. It would else look as if little wanted mail
// had been seen, and each vote against spam would let more of it through.
bool Model::Weights::counts(Kind kind, Label label, double share) const
{
    if (!(share > 0.0)) return false;
    const auto seen_of = [&](Label of) { return seen[index(of)][static_cast<std::size_t>(kind)]; };
    return label == Label::Ham || seen_of(Label::Spam) <= seen_of(Label::Ham);
}

Step Model::Weights::learn_vote(const Features& features, Label label, Taste taste, double share)
{
    Step step{label, features.kind(), counts(features.kind(), label, share),
              shared_part(features.grams(), label, share, finely),
              own_part(features, label, taste, share)};
    if (step.packed().size() > Step::packed_most)
        step.shared = shared_part(features.grams(), label, share, coarsely);
    apply(step.shared, 1);
    apply(step.own, 1);
    if (const auto at = std::ranges::lower_bound(voted, taste.account);
        taste.account != 0 && (at == voted.end() || *at != taste.account))
        voted.insert(at, taste.account);
    if (step.is_counted) ++seen[index(label)][static_cast<std::size_t>(step.kind)];
    ++changes;
    return step;
}

void Model::Weights::take_back(const Step& step)
{
    apply(step.shared, -1);
    apply(step.own, -1);
    auto& count = seen[index(step.label)][static_cast<std::size_t>(step.kind)];
    if (step.is_counted) count -= std::min<std::uint64_t>(count, 1);
    ++changes;
}

void Model::Weights::learn(const Features& features, Label label)
{
    const auto grams = features.grams();
    ++seen[index(label)][static_cast<std::size_t>(features.kind())];
    ++changes;
    if (!step(grams, label)) return;
    Example example{grams.begin(), grams.end()};
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
    std::uint64_t x = changes * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

}  // namespace lazaret::filter
