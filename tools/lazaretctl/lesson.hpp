#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "milter/filter/learn/model.hpp"
#include "quarantine-store/votes.hpp"

namespace lazaret::tools {

/// So many votes of one account a day teach what all share, each less than the one before.
inline constexpr int most_shared_votes = 20;

/// Where a site has several tenants: so many votes of one a day teach what all share as far as
/// those of any other; of those behind them the n-th so many n-ths as far, and none behind
/// store::most_places_in_tenant.
inline constexpr int most_full_tenant_votes = 50;

/// How far each of these votes may move what all share: the first that an account says on a day
/// fully, the second half as far, the third a third, those behind most_shared_votes not at all.
///
/// Of one version an account moves at most a quarter, or as much as two full votes, whichever is
/// more: where few people vote, theirs must count. The accounts of a tenant among others move it
/// together by a half at most, or ten full votes. Whatever is held out moves nothing of it.
std::vector<double> shares_of(std::span<const store::PendingVote> votes);

/// What is left of a vote's share when it contradicts what all think: from 1, when it does not, to
/// nearly nothing. People correct what the model is unsure of; who calls wanted what everybody's
/// votes call spam with certainty, and does so again and again, teaches his own account only.
///
/// @param log_odds        what all think of the message, before it is learned
/// @param place_in_month  PendingVote::place_in_month
double credit_of(bool is_spam, double log_odds, int place_in_month);

/// In which order votes are learned: as they came, spam and wanted mail mixed evenly, since a model
/// believes most in what it learned last.
std::vector<std::size_t> order_of(std::span<const store::PendingVote> votes);

/// What one lesson did.
struct Lesson {
    std::vector<store::ToldVote> told;
    int learned = 0;
    int taken_back = 0;
    bool is_changed = false;  ///< the model is
};

/// The bytes of a vote's message; none when nobody has them any more.
using MessageOf = std::function<std::optional<std::string>(const store::PendingVote&)>;

/// Teaches the difference between what people say and what the model was told: takes back what no
/// longer holds, what was learned last first, then learns what is new.
Lesson teach(filter::Model& model, std::span<const store::PendingVote> votes,
             const MessageOf& message_of);

/// What is left of votes whose lesson is refused: those of a changed mind, to be taken back and no
/// more. What they say stays to be learned.
std::vector<store::PendingVote> to_take_back(std::span<const store::PendingVote> votes);

/// A message that nobody taught to all, and what it is.
struct HeldOut {
    std::string bytes;
    bool is_spam = false;
};

/// What two models, the one before a lesson and the one after, make of it, by what all share.
store::HeldOutFigures compare(const filter::Model& before, const filter::Model& after,
                              std::span<const HeldOut> held_out);

/// Fewer of either kind prove nothing.
inline constexpr int least_held_out = 20;

/// Why a lesson is not published; empty when it may be: there are too few to say, or the loss grew
/// by no more than a twentieth and 0.01, and of a hundred no more than one more is judged wrong.
std::string why_worse(const store::HeldOutFigures& figures);

}  // namespace lazaret::tools
