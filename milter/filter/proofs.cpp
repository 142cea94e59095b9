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

/// Who says something of a method: an authserv-id, and the method.
using Judged = std::pair<std::string, std::string>;

std::set<Judged> believed_judges(const ProofSources& sources)
{
    std::set<Judged> all;
    for (const auto& verifier : sources.verifiers)
        for (const auto& method : verifier.methods) all.emplace(verifier.authserv_id, method);
    return all;
}

// Calls `use(place of the field, result)` for each result that counts; see the header.
template <class Use>
void for_each_believed(std::span<const HeaderField> fields, const ProofSources& sources, Use use)
{
    auto silent = believed_judges(sources);
    std::size_t count = 0;
    for (std::size_t at = 0; at < fields.size() && !silent.empty(); ++at) {
        const auto& field = fields[at];
        if (same_ignoring_case(field.name, "received") || count == most_fields) break;
        if (!same_ignoring_case(field.name, "authentication-results")) continue;
        ++count;
        const auto read = parse_authentication_results(field.value);
        if (!read || read->version != 1) continue;
        std::set<Judged> here;
        for (const auto& result : read->results) {
            Judged judge{read->authserv_id, result.method};
            if (!silent.contains(judge)) continue;
            use(at, result);
            here.insert(std::move(judge));
        }
        for (const auto& judge : here) silent.erase(judge);
    }
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
    for_each_believed(message.header.fields, sources,
                      [&](std::size_t, const auto& result) { add(proofs, result); });
    return proofs;
}

std::vector<std::size_t> believed_fields(std::span<const HeaderField> fields,
                                         const ProofSources& sources)
{
    std::vector<std::size_t> places;
    for_each_believed(fields, sources, [&](std::size_t at, const auto&) {
        if (places.empty() || places.back() != at) places.push_back(at);
    });
    return places;
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
