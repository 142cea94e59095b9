#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "milter/filter/learn/model.hpp"

namespace lazaret::filter {

/// One message whose label is known, and what it was given. The score is a number.
struct Judged {
    Label label = Label::Ham;
    double score = 0.0;
};

/// How well scores tell the kinds apart. Shares are between 0 and 1; none where a kind that they
/// need is missing.
struct Evaluation {
    std::size_t ham = 0;
    std::size_t spam = 0;
    /// The area above the ROC curve: how often a spam scores below a wanted message, of all pairs;
    /// ties count half.
    std::optional<double> one_minus_auc;
    /// The score of the wanted message at index floor(0.001 x ham), sorted downwards.
    std::optional<double> threshold;
    /// The share of spam not above `threshold`: missed at 0.1 % false positives.
    std::optional<double> missed;
};

Evaluation evaluate(std::span<const Judged> messages);

/// The share of the messages of a kind with at least that score; none when there is none.
std::optional<double> share_at_least(std::span<const Judged> messages, Label label, double score);

}  // namespace lazaret::filter
