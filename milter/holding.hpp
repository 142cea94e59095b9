#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/records/held_mail.hpp"
#include "milter/judgement.hpp"
#include "milter/plan.hpp"
#include "quarantine-store/notebook.hpp"

namespace lazaret::milter {

/// The record of a judged message. The bytes stay where they are.
HeldMail held_mail(const Judgement& judgement, const Plan& plan, const Digest& digest,
                   Preview preview);

/// What is recorded of a decision, once it is known what is done: with the warn entry where the
/// recipient is told, which is where a copy is held and the sender heard 250.
Explanation recorded(const filter::Decision& decision, Action done);

/// Which newsletter is noted as let through by a setting; none: it was not, or is none. Those that
/// somebody accepted are clean, and counted by his entry.
std::optional<store::Passage::Newsletter> newsletter_let_through(const Judgement& judgement,
                                                                 const filter::Decision& decision,
                                                                 Action done);

/// The copies that the plan wants held, in the order of Plan::hold.
std::vector<HeldCopy> held_copies(const Judgement& judgement, const Plan& plan);

}  // namespace lazaret::milter
