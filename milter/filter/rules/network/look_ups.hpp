#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "milter/filter/network.hpp"
#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/network/network_rules.hpp"

namespace lazaret::filter::rules {

/// The look-ups of one message's rules, on their way while its patterns are matched: start(),
/// then go_on(), then hits(). Does nothing without a network.
class LookUps {
public:
    /// @param network  of the message; null: offline
    LookUps(Network* network, const NetworkRules& rules, std::size_t scores)
        : network_{network}, rules_{rules}, scores_{scores}
    {
    }

    void start(const EvalContext& context);

    /// Waits for the authentication's result, gives it to `context`, and asks what depends on it.
    void go_on(EvalContext& context,
               const std::map<std::string, std::vector<std::string>, std::less<>>& captures);

    /// Waits for the answers. The rules that hit.
    [[nodiscard]] std::set<std::uint32_t> hits() const;

private:
    void look_up(NetworkPlan plan);

    Network* network_;
    const NetworkRules& rules_;
    std::size_t scores_;
    std::vector<std::shared_ptr<const NetworkPlan>> plans_;
};

}  // namespace lazaret::filter::rules
