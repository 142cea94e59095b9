#pragma once

#include <string>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"

namespace lazaret::filter::rules {

/// All addresses that the message says it is from, envelope too, each once; those of Resent-From
/// alone when there are any.
const std::vector<std::string>& senders_of(const EvalContext& context);

/// All addresses that it says it is for, each once; those of Resent-To and Resent-Cc alone when
/// there are any.
const std::vector<std::string>& recipients_of(const EvalContext& context);

}  // namespace lazaret::filter::rules
