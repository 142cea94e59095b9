#include "milter/conduct.hpp"

#include <algorithm>

#include "base/host_name.hpp"
#include "base/text.hpp"
#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/imitation.hpp"
#include "quarantine-store/link/claim.hpp"

namespace lazaret::milter {
namespace {

// A filter in front of us may say its results under our name; the site trusts it to have removed
// those of strangers, and we must not remove its own.
std::string authserv_id_to_strip(const MilterConfig& config, const std::string& ours)
{
    const auto& trusted = config.trusted_authserv_ids;
    const bool shared = std::any_of(trusted.begin(), trusted.end(),
                                    [&](const auto& one) { return same_ignoring_case(one, ours); });
    return shared ? "" : ours;
}

}  // namespace

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
                    .stripped_authserv_id = authserv_id_to_strip(config.milter, ours),
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
