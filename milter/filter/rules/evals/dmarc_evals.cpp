#include <array>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/rules/evals/authentication_eval_groups.hpp"

namespace lazaret::filter::rules {
namespace {

using auth::Result;
using Policy = auth::DmarcResult::Policy;

const auth::DmarcResult* dmarc(const EvalContext& context)
{
    const auto* found = last_external_authentication(context);
    return found && !found->dmarc.from_domain.empty() ? &found->dmarc : nullptr;
}

template <Policy policy>
unsigned check_failed(const EvalContext& context, std::span<const std::string>)
{
    const auto* found = dmarc(context);
    return found && found->result == Result::Fail && found->policy == policy;
}

unsigned check_pass(const EvalContext& context, std::span<const std::string>)
{
    const auto* found = dmarc(context);
    return found && found->result == Result::Pass;
}

unsigned check_missing(const EvalContext& context, std::span<const std::string>)
{
    const auto* found = dmarc(context);
    return found && found->result == Result::None;
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_dmarc_pass", "DMARC", check_pass, {}},
    {"check_dmarc_reject", "DMARC", check_failed<Policy::Reject>, {}},
    {"check_dmarc_quarantine", "DMARC", check_failed<Policy::Quarantine>, {}},
    {"check_dmarc_none", "DMARC", check_failed<Policy::None>, {}},
    {"check_dmarc_missing", "DMARC", check_missing, {}},
});

}  // namespace

std::span<const EvalEntry> dmarc_evals() { return table; }

}  // namespace lazaret::filter::rules
