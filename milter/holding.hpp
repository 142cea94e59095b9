#pragma once

#include <string_view>
#include <vector>

#include "base/records/held_mail.hpp"
#include "milter/judgement.hpp"
#include "milter/plan.hpp"

namespace lazaret::milter {

/// The record of a judged message. The bytes stay where they are.
HeldMail held_mail(const Judgement& judgement, const Plan& plan, const Digest& digest,
                   Preview preview);

/// What is recorded of a decision, once it is known what is done: with the warn entry where the
/// recipient is told, which is where a copy is held and the sender heard 250.
Explanation recorded(const filter::Decision& decision, Action done);

/// The copies that the plan wants held, in the order of Plan::hold.
std::vector<HeldCopy> held_copies(const Judgement& judgement, const Plan& plan);

}  // namespace lazaret::milter
