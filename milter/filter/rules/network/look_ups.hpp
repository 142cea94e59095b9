#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "milter/filter/network.hpp"
#include "milter/filter/rules/captures.hpp"
#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/network/network_rules.hpp"

namespace lazaret::filter::rules {

/// The look-ups of one message's rules, on their way while its patterns are matched: read(),
/// matched(), proven(), hits(), in this order. Does nothing without a network.
class LookUps {
public:
    /// @param network  of the message; null: offline
    LookUps(Network* network, const NetworkRules& rules, std::size_t scores)
        : network_{network}, rules_{rules}, scores_{scores}
    {
    }

    /// Asks what can be asked of a message that was read.
    void read(const EvalContext& context);

    /// Asks what depends on what patterns took from the message, and what that and its signatures
    /// will ask for if they verify, and if they do not.
    void matched(EvalContext& context, const Captures& captures);

    /// Waits for the authentication's result, gives it to `context`, and asks what depends on it.
    void proven(EvalContext& context, const Captures& captures);

    /// Waits for the answers. The rules that hit.
    [[nodiscard]] std::set<std::uint32_t> hits() const;

private:
    void look_up(NetworkPlan plan);
    void foresee(const NetworkPlan& plan);

    Network* network_;
    const NetworkRules& rules_;
    std::size_t scores_;
    std::vector<std::shared_ptr<const NetworkPlan>> plans_;
};

}  // namespace lazaret::filter::rules
