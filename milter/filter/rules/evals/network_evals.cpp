#include "milter/filter/rules/evals/eval.hpp"

#include <array>

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view asks_dns = "it asks the DNS, and nobody answers that here yet";
constexpr std::string_view asks_program = "it asks a service that Lazaret does not use";
constexpr std::string_view keeps_history =
    "it needs a history of senders, which Lazaret does not keep";

constexpr EvalEntry dns(std::string_view name, std::string_view plugin)
{
    return {name, plugin, nullptr, asks_dns, 0};
}
constexpr EvalEntry program(std::string_view name, std::string_view plugin)
{
    return {name, plugin, nullptr, asks_program, 0};
}

constexpr auto table = std::to_array<EvalEntry>({
    dns("check_rbl", "DNSEval"),
    dns("check_rbl_txt", "DNSEval"),
    dns("check_rbl_sub", "DNSEval"),
    dns("check_rbl_accreditor", "DNSEval"),
    dns("check_rbl_from_host", "DNSEval"),
    dns("check_rbl_from_domain", "DNSEval"),
    dns("check_rbl_envfrom", "DNSEval"),
    dns("check_rbl_headers", "DNSEval"),
    dns("check_rbl_results_for", "DNSEval"),
    dns("check_rbl_ns_from", "DNSEval"),
    dns("check_rbl_rcvd", "DNSEval"),
    dns("check_dns_sender", "DNSEval"),
    dns("check_uridnsbl", "URIDNSBL"),
    dns("check_asn", "ASN"),
    dns("check_for_spf_pass", "SPF"),
    dns("check_for_spf_neutral", "SPF"),
    dns("check_for_spf_none", "SPF"),
    dns("check_for_spf_fail", "SPF"),
    dns("check_for_spf_softfail", "SPF"),
    dns("check_for_spf_permerror", "SPF"),
    dns("check_for_spf_temperror", "SPF"),
    dns("check_for_spf_helo_pass", "SPF"),
    dns("check_for_spf_helo_neutral", "SPF"),
    dns("check_for_spf_helo_none", "SPF"),
    dns("check_for_spf_helo_fail", "SPF"),
    dns("check_for_spf_helo_softfail", "SPF"),
    dns("check_for_spf_helo_permerror", "SPF"),
    dns("check_for_spf_helo_temperror", "SPF"),
    dns("check_for_spf_welcomelist_from", "SPF"),
    dns("check_for_def_spf_welcomelist_from", "SPF"),
    dns("check_spf_skipped_noenvfrom", "SPF"),
    dns("check_dkim_signed", "DKIM"),
    dns("check_arc_signed", "DKIM"),
    dns("check_dkim_valid", "DKIM"),
    dns("check_arc_valid", "DKIM"),
    dns("check_dkim_valid_author_sig", "DKIM"),
    dns("check_dkim_testing", "DKIM"),
    dns("check_dkim_dependable", "DKIM"),
    dns("check_dkim_adsp", "DKIM"),
    dns("check_dkim_signsome", "DKIM"),
    dns("check_dkim_signall", "DKIM"),
    dns("check_dkim_signer", "DKIM"),
    dns("check_dkim_valid_envelopefrom", "DKIM"),
    dns("check_for_dkim_welcomelist_from", "DKIM"),
    dns("check_for_def_dkim_welcomelist_from", "DKIM"),
    dns("check_dmarc_pass", "DMARC"),
    dns("check_dmarc_reject", "DMARC"),
    dns("check_dmarc_quarantine", "DMARC"),
    dns("check_dmarc_none", "DMARC"),
    dns("check_dmarc_missing", "DMARC"),
    dns("check_hashbl_emails", "HashBL"),
    dns("check_hashbl_uris", "HashBL"),
    dns("check_hashbl_bodyre", "HashBL"),
    dns("check_hashbl_tag", "HashBL"),
    dns("check_hashbl_attachments", "HashBL"),
    program("check_pyzor", "Pyzor"),
    program("check_razor2", "Razor2"),
    program("check_razor2_range", "Razor2"),
    program("check_dcc", "DCC"),
    program("check_dcc_reputation_range", "DCC"),
    program("check_access_database", "AccessDB"),
    {"check_from_in_auto_welcomelist", "AWL", nullptr, keeps_history, 0},
    {"check_senders_reputation", "TxRep", nullptr, keeps_history, 0},
});

}  // namespace

std::span<const EvalEntry> network_evals() { return table; }

}  // namespace lazaret::filter::rules
