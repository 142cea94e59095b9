#include "milter/filter/learn/evaluation.hpp"

#include <algorithm>
#include <vector>

namespace lazaret::filter {
namespace {

// Ascending.
std::vector<double> scores_of(std::span<const Judged> messages, Label label)
{
    std::vector<double> scores;
    for (const auto& message : messages)
        if (message.label == label) scores.push_back(message.score);
    std::sort(scores.begin(), scores.end());
    return scores;
}

// Pairs in which the spam scores below the wanted message, and half of those where they tie.
double misordered_pairs(const std::vector<double>& ham, const std::vector<double>& spam)
{
    double pairs = 0.0;
    for (const auto score : ham) {
        const auto [first, last] = std::equal_range(spam.begin(), spam.end(), score);
        pairs += static_cast<double>(first - spam.begin());
        pairs += 0.5 * static_cast<double>(last - first);
    }
    return pairs;
}

}  // namespace

Evaluation evaluate(std::span<const Judged> messages)
{
    const auto ham = scores_of(messages, Label::Ham);
    const auto spam = scores_of(messages, Label::Spam);
    Evaluation result;
    result.ham = ham.size();
    result.spam = spam.size();
    if (ham.empty()) return result;

    result.threshold = ham[ham.size() - 1 - ham.size() / 1'000];
    if (spam.empty()) return result;

    const auto all_spam = static_cast<double>(spam.size());
    result.one_minus_auc =
        misordered_pairs(ham, spam) / (static_cast<double>(ham.size()) * all_spam);
    const auto above = std::upper_bound(spam.begin(), spam.end(), *result.threshold);
    result.missed = static_cast<double>(above - spam.begin()) / all_spam;
    return result;
}

std::optional<double> share_at_least(std::span<const Judged> messages, Label label, double score)
{
    const auto scores = scores_of(messages, label);
    if (scores.empty()) return std::nullopt;
    const auto from = std::lower_bound(scores.begin(), scores.end(), score);
    return static_cast<double>(scores.end() - from) / static_cast<double>(scores.size());
}

}  // namespace lazaret::filter
