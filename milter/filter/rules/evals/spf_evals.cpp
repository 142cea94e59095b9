#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/text.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/rules/evals/authentication_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"

namespace lazaret::filter::rules {
namespace {

using auth::Result;

/// MAIL FROM where trust ends, small letters, empty for the null sender; none when it is not known.
std::optional<std::string> envelope_sender(const EvalContext& context)
{
    const auto& envelope = context.mail.envelope;
    if (!envelope.client_ip.empty() && last_external_authentication(context))
        return envelope.sender ? ascii_lower(envelope.sender->text()) : std::string{};
    const auto& relays = context.rendering.relays;
    if (!relays.external.empty() && relays.external.front().envelope_from)
        return ascii_lower(*relays.external.front().envelope_from);
    if (!relays.trusted.empty() && !context.settings.sender.trusts_envelope) return std::nullopt;
    const auto& values = context.headers.values("EnvelopeFrom:addr");
    if (values.empty()) return std::nullopt;
    return ascii_lower(trimmed(values.front()));
}

std::optional<Result> mail_from_result(const EvalContext& context)
{
    const auto* found = last_external_authentication(context);
    if (!found || envelope_sender(context).value_or("").empty()) return std::nullopt;
    return found->spf_mail_from.result;
}

std::optional<Result> helo_result(const EvalContext& context)
{
    const auto* found = last_external_authentication(context);
    if (!found) return std::nullopt;
    const std::string_view helo = context.rendering.relays.external.front().helo;
    if (!contains(helo, ".") || helo.find_first_not_of("0123456789.[]!") == std::string_view::npos)
        return std::nullopt;
    return found->spf_helo.result;
}

template <Result wanted>
unsigned check_mail_from(const EvalContext& context, std::span<const std::string>)
{
    return mail_from_result(context) == wanted;
}

template <Result wanted>
unsigned check_helo(const EvalContext& context, std::span<const std::string>)
{
    return helo_result(context) == wanted;
}

bool is_welcome(const EvalContext& context, std::string_view list, std::string_view proof_list)
{
    if (mail_from_result(context) != Result::Pass) return false;
    const auto sender = *envelope_sender(context);
    return context.settings.sender.is_listed(list, sender) ||
           context.settings.sender.is_listed(proof_list, sender);
}

unsigned check_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return is_welcome(context, "welcomelist_from_spf", "welcomelist_auth");
}

unsigned check_default_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return is_welcome(context, "def_welcomelist_from_spf", "def_welcomelist_auth");
}

unsigned check_no_sender(const EvalContext& context, std::span<const std::string>)
{
    return context.authentication && !envelope_sender(context);
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_for_spf_pass", "SPF", check_mail_from<Result::Pass>, {}},
    {"check_for_spf_neutral", "SPF", check_mail_from<Result::Neutral>, {}},
    {"check_for_spf_none", "SPF", check_mail_from<Result::None>, {}},
    {"check_for_spf_fail", "SPF", check_mail_from<Result::Fail>, {}},
    {"check_for_spf_softfail", "SPF", check_mail_from<Result::SoftFail>, {}},
    {"check_for_spf_permerror", "SPF", check_mail_from<Result::PermError>, {}},
    {"check_for_spf_temperror", "SPF", check_mail_from<Result::TempError>, {}},
    {"check_for_spf_helo_pass", "SPF", check_helo<Result::Pass>, {}},
    {"check_for_spf_helo_neutral", "SPF", check_helo<Result::Neutral>, {}},
    {"check_for_spf_helo_none", "SPF", check_helo<Result::None>, {}},
    {"check_for_spf_helo_fail", "SPF", check_helo<Result::Fail>, {}},
    {"check_for_spf_helo_softfail", "SPF", check_helo<Result::SoftFail>, {}},
    {"check_for_spf_helo_permerror", "SPF", check_helo<Result::PermError>, {}},
    {"check_for_spf_helo_temperror", "SPF", check_helo<Result::TempError>, {}},
    {"check_for_spf_welcomelist_from", "SPF", check_welcomelist, {}},
    {"check_for_def_spf_welcomelist_from", "SPF", check_default_welcomelist, {}},
    {"check_spf_skipped_noenvfrom", "SPF", check_no_sender, {}},
});

}  // namespace

const auth::Authentication* last_external_authentication(const EvalContext& context)
{
    const auto& external = context.rendering.relays.external;
    if (!context.authentication || external.empty()) return nullptr;
    const auto client = ip_number(context.mail.envelope.client_ip);
    if (client && client != ip_number(external.front().ip)) return nullptr;
    return context.authentication;
}

std::span<const EvalEntry> spf_evals() { return table; }

std::span<const EvalEntry> authentication_evals()
{
    static const auto all = [] {
        std::vector<EvalEntry> entries;
        for (const auto group : {spf_evals(), dkim_evals(), dmarc_evals()})
            entries.insert(entries.end(), group.begin(), group.end());
        return entries;
    }();
    return all;
}

}  // namespace lazaret::filter::rules
