#include "milter/filter/auth/sender_proofs.hpp"

#include <algorithm>

#include "milter/filter/authentication_results.hpp"

namespace lazaret::filter::auth {
namespace {

void add(std::vector<std::string>& domains, const std::string& domain)
{
    if (domain.empty() || std::find(domains.begin(), domains.end(), domain) != domains.end())
        return;
    domains.push_back(domain);
}

// What one field proves, read by the rules for fields of those we trust: its sealer wrote all of
// it.
SenderProofs proofs_in(const std::string& value)
{
    const auto writer = authserv_id_of(value);
    if (!writer) return {};
    Message message;
    message.header.fields.push_back({"Authentication-Results", value, value});
    return proofs_of(message, {{{*writer, {"dkim", "spf", "dmarc"}}}});
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

SenderProofs sealed_proofs(const ArcResult& arc, const std::vector<std::string>& trusted)
{
    SenderProofs proofs;
    if (arc.result != Result::Pass) return proofs;
    for (auto set = arc.sealers.size(); set > 0; --set) {
        const auto& sealer = arc.sealers[set - 1];
        if (std::find(trusted.begin(), trusted.end(), sealer) == trusted.end()) break;
        auto found = proofs_in(arc.findings[set - 1]);
        // The seal covers the message, not MAIL FROM: whoever has the message may send it again
        // with another.
        found.spf_domains.clear();
        proofs.add(found);
    }
    return proofs;
}

}  // namespace lazaret::filter::auth
