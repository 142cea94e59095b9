#include "milter/conduct.hpp"

#include <algorithm>

#include "base/host_name.hpp"
#include "base/text.hpp"
#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/imitation.hpp"
#include "quarantine-store/link/claim.hpp"

namespace lazaret::milter {
std::chrono::milliseconds longest_wait(const MilterConfig& config)
{
    return config.judgement_budget * 3 / 4;
}

Conduct make_conduct(const Configuration& config, const filter::CheckTools& tools)
{
    const auto keys = SealKeys::read(config.link.key_file);
    auto own = tools;
    own.report = filter::report_marks(config.report);
    own.report.is_our_claim = [keys](std::string_view claim) {
        return store::open_expired_claim(keys, claim).has_value();
    };
    const auto ours = config.milter.authserv_id.empty() ? host_name() : config.milter.authserv_id;
    Conduct conduct{.config = config.milter,
                    .votes = config.votes,
                    .authserv_id = ours,
                    .outbound = Networks::parse(config.milter.trusted_networks),
                    .proof_sources = filter::ProofSources::of(config.milter),
                    .authentication = filter::AuthenticationSettings::of(config.dns, config.milter),
                    .dns_budget = std::min(config.dns.budget, longest_wait(config.milter)),
                    .client_lists = filter::ClientLists{config.dns.refuse_listed},
                    .checks = filter::make_checks(own, config.learned),
                    .outbound_checks = {},
                    .seal_keys = keys};
    if (tools.scanner) conduct.outbound_checks.push_back(filter::antivirus_check(tools.scanner));
    return conduct;
}

}  // namespace lazaret::milter
