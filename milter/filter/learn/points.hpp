#pragma once

#include <cstdint>

#include "base/config/configuration.hpp"

namespace lazaret::filter {

/// What the learned check adds to the score for a message's log-odds, rounded to hundredths.
///
/// In proportion to the log-odds, so that 5 points, where mail is held by default, stand where at
/// most about one wanted message in 2,000 came on the mail we measured; and less while the model
/// has been taught few messages of the rarer kind, none before it has seen both kinds.
double learned_points(double log_odds, std::uint64_t ham_seen, std::uint64_t spam_seen,
                      const LearnedConfig& config);

/// What an account's own log-odds add: in the same proportion, whatever others taught, and between
/// the same bounds on either side: nobody's votes alone let every mail pass.
double own_points(double log_odds, const LearnedConfig& config);

}  // namespace lazaret::filter
