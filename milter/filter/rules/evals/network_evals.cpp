#include "milter/filter/rules/evals/eval.hpp"

#include <array>

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view asks_program = "it asks a service that Lazaret does not use";
constexpr std::string_view asks_more =
    "Lazaret asks lists of hashes about addresses and links only";
constexpr std::string_view keeps_history =
    "it needs a history of senders, which Lazaret does not keep";

constexpr EvalEntry dns(std::string_view name, std::string_view plugin)
{
    return {name, plugin, nullptr, {}, 0};
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
    dns("check_rbl_ns_from", "DNSEval"),
    dns("check_rbl_rcvd", "DNSEval"),
    dns("check_dns_sender", "DNSEval"),
    dns("check_uridnsbl", "URIDNSBL"),
    dns("check_asn", "ASN"),
    dns("check_dkim_adsp", "DKIM"),
    dns("check_dkim_signall", "DKIM"),
    dns("check_hashbl_emails", "HashBL"),
    dns("check_hashbl_uris", "HashBL"),
    dns("check_hashbl_bodyre", "HashBL"),
    {"check_hashbl_tag", "HashBL", nullptr, asks_more, 0},
    {"check_hashbl_attachments", "HashBL", nullptr, asks_more, 0},
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
