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

/// The copies that the plan wants held, in the order of Plan::hold.
std::vector<HeldCopy> held_copies(const Judgement& judgement, const Plan& plan);

}  // namespace lazaret::milter
