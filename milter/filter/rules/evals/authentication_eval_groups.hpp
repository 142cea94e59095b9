#pragma once

#include <span>

#include "milter/filter/rules/evals/eval.hpp"

/// The functions of authentication_evals(), by method. Each file has its own table.
namespace lazaret::filter::rules {

std::span<const EvalEntry> spf_evals();
std::span<const EvalEntry> dkim_evals();
std::span<const EvalEntry> dmarc_evals();

/// What was found out about the host that handed the message over, if that is the host outside of
/// the site's own networks; else null: SPF and DMARC are about no other.
const auth::Authentication* last_external_authentication(const EvalContext& context);

}  // namespace lazaret::filter::rules
