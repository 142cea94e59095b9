#include "milter/filter/proofs.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "milter/filter/authentication_results.hpp"

namespace lazaret::filter {
namespace {

// More fields than filters write are an attempt to keep us busy.
constexpr std::size_t most_fields = 100;

bool is_trusted(const ProofSources& sources, std::string_view authserv_id)
{
    return std::any_of(sources.authserv_ids.begin(), sources.authserv_ids.end(),
                       [&](const auto& id) { return same_ignoring_case(id, authserv_id); });
}

bool contains(const std::vector<std::string>& list, const std::string& wanted)
{
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

void add_once(std::vector<std::string>& domains, const std::string& domain)
{
    if (!contains(domains, domain)) domains.push_back(domain);
}

// The domain of `example.org`, `@example.org` or `bob@example.org`.
void add_domain(std::vector<std::string>& domains, const std::string* value, bool address)
{
    if (!value) return;
    std::string_view text = *value;
    if (const auto sign = text.rfind('@'); sign != std::string_view::npos) {
        if (!address) return;
        text.remove_prefix(sign + 1);
    }
    if (const auto domain = parse_domain(text)) add_once(domains, *domain);
}

void add(SenderProofs& proofs, const AuthenticationResults::Result& result)
{
    if (result.result != "pass") return;
    if (result.method == "dkim") {
        // i= may only name d= or a domain below it, so its domain says no more than d= would.
        if (const auto* domain = result.property("header.d"))
            add_domain(proofs.dkim_domains, domain, false);
        else add_domain(proofs.dkim_domains, result.property("header.i"), true);
    } else if (result.method == "spf") {
        add_domain(proofs.spf_domains, result.property("smtp.mailfrom"), true);
    } else if (result.method == "dmarc") {
        add_domain(proofs.dmarc_domains, result.property("header.from"), false);
    }
}

// Whether a signature of `signer` speaks for `domain`; see the header.
bool is_aligned(std::string_view signer, std::string_view domain)
{
    return signer == domain ||
           (signer.find('.') != std::string_view::npos && is_same_or_below(domain, signer));
}

}  // namespace

void SenderProofs::add(const SenderProofs& more)
{
    for (const auto& domain : more.dkim_domains) add_once(dkim_domains, domain);
    for (const auto& domain : more.spf_domains) add_once(spf_domains, domain);
    for (const auto& domain : more.dmarc_domains) add_once(dmarc_domains, domain);
}

ProofSources ProofSources::of(const MilterConfig& config)
{
    return {config.trusted_authserv_ids, config.trusted_sealers, Networks::parse(config.relays)};
}

SenderProofs proofs_of(const Message& message, const ProofSources& sources)
{
    SenderProofs proofs;
    if (sources.authserv_ids.empty()) return proofs;
    using Judged = std::pair<std::string, std::string>;  // authserv-id, method
    std::set<Judged> judged;
    std::size_t count = 0;
    for (const auto& field : message.header.fields) {
        if (same_ignoring_case(field.name, "received") || count == most_fields) break;
        if (!same_ignoring_case(field.name, "authentication-results")) continue;
        ++count;
        const auto read = parse_authentication_results(field.value);
        if (!read || read->version != 1 || !is_trusted(sources, read->authserv_id)) continue;
        std::set<Judged> here;
        for (const auto& result : read->results) {
            Judged method{read->authserv_id, result.method};
            if (judged.contains(method)) continue;
            add(proofs, result);
            here.insert(std::move(method));
        }
        judged.merge(here);
    }
    return proofs;
}

std::vector<Proof> proofs_for_from(const SenderProofs& proofs, const std::string& domain)
{
    std::vector<Proof> proved;
    if (contains(proofs.dmarc_domains, domain)) proved.push_back(Proof::dmarc(domain));
    for (const auto& signer : proofs.dkim_domains)
        if (is_aligned(signer, domain)) proved.push_back(Proof::dkim(signer));
    return proved;
}

std::vector<Proof> proofs_for_mail_from(const SenderProofs& proofs, const std::string& domain)
{
    if (!contains(proofs.spf_domains, domain)) return {};
    return {Proof::spf(domain)};
}

}  // namespace lazaret::filter
