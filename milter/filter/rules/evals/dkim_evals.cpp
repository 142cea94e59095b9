#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/rules/evals/authentication_eval_groups.hpp"
#include "milter/filter/rules/evals/signatures.hpp"

namespace lazaret::filter::rules {
namespace {

using auth::DkimResult;
using Arguments = std::span<const std::string>;

std::span<const DkimResult> signatures_of(const EvalContext& context)
{
    if (!context.authentication) return {};
    return context.authentication->dkim;
}

bool is_one_of(const std::string& domain, Arguments wanted)
{
    return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) {
               return is_acceptable(domain, one);
           });
}

bool is_any_good(const EvalContext& context, auto&& accepts)
{
    const auto all = signatures_of(context);
    return std::any_of(all.begin(), all.end(), [&](const auto& signature) {
        return is_good_signature(context, signature) && accepts(signing_domain(signature));
    });
}

unsigned check_signed(const EvalContext& context, Arguments domains)
{
    const auto all = signatures_of(context);
    return std::any_of(all.begin(), all.end(), [&](const auto& signature) {
        return is_one_of(signing_domain(signature), domains);
    });
}

unsigned check_valid(const EvalContext& context, Arguments domains)
{
    return is_any_good(context, [&](const auto& domain) { return is_one_of(domain, domains); });
}

unsigned check_author_signature(const EvalContext& context, Arguments domains)
{
    const auto authors = author_domains(context);
    return is_any_good(context, [&](const auto& domain) {
        return std::find(authors.begin(), authors.end(), domain) != authors.end() &&
               is_one_of(domain, domains);
    });
}

unsigned check_envelope_signature(const EvalContext& context, Arguments)
{
    const auto& sender = context.headers.text("EnvelopeFrom:addr");
    const auto sign = sender.rfind('@');
    if (sign == std::string::npos) return 0;
    const auto wanted = ascii_lower(trimmed(std::string_view{sender}.substr(sign + 1)));
    return is_any_good(context, [&](const auto& domain) { return domain == wanted; });
}

unsigned check_dependable(const EvalContext& context, Arguments)
{
    return context.authentication != nullptr;
}

unsigned check_testing(const EvalContext& context, Arguments)
{
    const auto all = signatures_of(context);
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.is_testing; });
}

unsigned never(const EvalContext&, Arguments) { return 0; }

/// Whether a signature is the one that an entry of a list asks for: of the author's own domain when
/// it names none; `*.example.org` takes only domains below.
bool is_asked_for(const std::string& signer, const std::string& wanted, std::string_view author)
{
    if (wanted.empty()) return signer == author.substr(author.rfind('@') + 1);
    const std::string_view text = wanted;
    const auto domain = text.substr(text.rfind('@') + 1);
    if (domain.starts_with("*.")) return signer.ends_with(domain.substr(1));
    return domain.starts_with('.') ? signer.ends_with(domain) : signer == domain;
}

bool is_welcome(const EvalContext& context, const SignedSenders& list, std::string_view proof_list)
{
    for (const auto& written : context.headers.values("From:addr")) {
        const auto author = ascii_lower(trimmed(written));
        const auto signed_for = [&](const std::string& wanted) {
            return is_any_good(
                context, [&](const auto& signer) { return is_asked_for(signer, wanted, author); });
        };
        for (const auto number : list.senders.fitting(author))
            if (std::any_of(list.signers[number].begin(), list.signers[number].end(), signed_for))
                return true;
        if (context.settings.sender.is_listed(proof_list, author) && signed_for("")) return true;
    }
    return false;
}

unsigned check_welcomelist(const EvalContext& context, Arguments)
{
    return is_welcome(context, context.settings.sender.welcome_by_signer, "welcomelist_auth");
}

unsigned check_default_welcomelist(const EvalContext& context, Arguments)
{
    return is_welcome(context, context.settings.sender.default_welcome_by_signer,
                      "def_welcomelist_auth");
}

unsigned check_arc_signed(const EvalContext& context, Arguments domains)
{
    return domains.empty() && context.authentication &&
           context.authentication->arc.result != auth::Result::None;
}

unsigned check_arc_valid(const EvalContext& context, Arguments domains)
{
    return domains.empty() && context.authentication &&
           context.authentication->arc.result == auth::Result::Pass;
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_dkim_signed", "DKIM", check_signed, {}},
    {"check_dkim_valid", "DKIM", check_valid, {}},
    {"check_dkim_verified", "DKIM", check_valid, {}},
    {"check_dkim_valid_author_sig", "DKIM", check_author_signature, {}},
    {"check_dkim_valid_envelopefrom", "DKIM", check_envelope_signature, {}},
    {"check_dkim_dependable", "DKIM", check_dependable, {}},
    {"check_dkim_testing", "DKIM", check_testing, {}},
    {"check_dkim_signsome", "DKIM", never, {}},
    {"check_for_dkim_welcomelist_from", "DKIM", check_welcomelist, {}},
    {"check_for_def_dkim_welcomelist_from", "DKIM", check_default_welcomelist, {}},
    {"check_arc_signed", "DKIM", check_arc_signed, {}},
    {"check_arc_valid", "DKIM", check_arc_valid, {}},
});

}  // namespace

std::span<const EvalEntry> dkim_evals() { return table; }

}  // namespace lazaret::filter::rules
