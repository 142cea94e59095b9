#include "milter/filter/rules/evals/signatures.hpp"

#include <set>

#include "base/text.hpp"

namespace lazaret::filter::rules {

std::vector<std::string> author_domains(const EvalContext& context)
{
    std::vector<std::string> domains;
    std::set<std::string, std::less<>> seen;  // From may have tens of thousands
    for (const auto& address : context.headers.values("From:addr")) {
        const auto sign = address.rfind('@');
        if (sign == std::string::npos) continue;
        auto domain = ascii_lower(trimmed(std::string_view{address}.substr(sign + 1)));
        if (!domain.empty() && seen.insert(domain).second) domains.push_back(std::move(domain));
    }
    return domains;
}

std::string signing_domain(const auth::DkimResult& signature)
{
    const auto sign = signature.identity.rfind('@');
    if (sign == std::string::npos || sign + 1 == signature.identity.size())
        return ascii_lower(signature.domain);
    return ascii_lower(std::string_view{signature.identity}.substr(sign + 1));
}

bool is_good_signature(const EvalContext& context, const auth::DkimResult& signature)
{
    if (signature.result != auth::Result::Pass) return false;
    // The bits are those of RSA; keys of other kinds are short and strong.
    return !signature.algorithm.starts_with("rsa") || signature.key_bits == 0 ||
           signature.key_bits >= context.settings.sender.least_key_bits;
}

bool is_acceptable(std::string_view domain, std::string_view wanted)
{
    const auto small = ascii_lower(wanted);
    const bool takes_below = small.starts_with("*.") || small.starts_with('.');
    if (!takes_below) return domain == small;
    const auto below = small.substr(small.find('.'));
    return domain.ends_with(below) || domain == std::string_view{below}.substr(1);
}

DomainSignature signature_of_domain(const EvalContext& context, std::string_view domain)
{
    auto answer = DomainSignature::None;
    if (!context.authentication) return answer;
    for (const auto& signature : context.authentication->dkim) {
        if (signing_domain(signature) != domain) continue;
        if (is_good_signature(context, signature)) return DomainSignature::Good;
        if (signature.result == auth::Result::TempError) answer = DomainSignature::Unknown;
    }
    return answer;
}

}  // namespace lazaret::filter::rules
