#pragma once

#include "base/config/configuration.hpp"
#include "milter/filter/learn/model.hpp"

namespace lazaret::filter {

/// How far the model's word on a message is to be believed, from 0 to 1: less while it has been
/// taught few messages of the rarer label, not at all before it has seen both. Less, too, where of
/// the message's own kind much more spam was seen than wanted mail: a model that was taught wanted
/// mail of plain text only does not know what a wanted newsletter looks like.
double trust_in(const Experience& experience);

/// What the learned check adds to the score for a message's log-odds, rounded to hundredths: in
/// proportion to the log-odds, so that 5 points, where mail is held by default, stand where at most
/// about one wanted message in 2,000 came on the mail we measured; and to the trust.
double learned_points(double log_odds, const Experience& experience, const LearnedConfig& config);

/// What an account's own log-odds add: in the same proportion, whatever others taught, and between
/// the same bounds on either side: nobody's votes alone let every mail pass.
double own_points(double log_odds, const LearnedConfig& config);

}  // namespace lazaret::filter
