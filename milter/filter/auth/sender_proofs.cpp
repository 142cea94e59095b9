#include "milter/filter/auth/sender_proofs.hpp"

#include <algorithm>

namespace lazaret::filter::auth {
namespace {

void add(std::vector<std::string>& domains, const std::string& domain)
{
    if (domain.empty() || std::find(domains.begin(), domains.end(), domain) != domains.end())
        return;
    domains.push_back(domain);
}

}  // namespace

SenderProofs sender_proofs(const Authentication& results)
{
    SenderProofs proofs;
    for (const auto& signature : results.dkim)
        if (signature.result == Result::Pass && !signature.is_testing)
            add(proofs.dkim_domains, signature.domain);
    if (results.spf_mail_from.result == Result::Pass)
        add(proofs.spf_domains, results.spf_mail_from.domain);
    if (results.dmarc.result == Result::Pass) add(proofs.dmarc_domains, results.dmarc.from_domain);
    return proofs;
}

}  // namespace lazaret::filter::auth
