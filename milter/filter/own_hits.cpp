#include "milter/filter/own_hits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/enum_table.hpp"
#include "base/text.hpp"
#include "base/translatable.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_detail = 200;  // bytes

constexpr auto table = std::to_array<OwnHitInfo>({
    {OwnHit::Unreadable, "UNREADABLE", 2.0, N_("the message could not be read")},
    {OwnHit::TooLargeToScan, "TOO_LARGE_TO_SCAN", 0.0,
     N_("the message is larger than what is looked at; only a part of it was judged")},
    {OwnHit::TooComplex, "TOO_COMPLEX", 2.0,
     N_("the message has more parts, or parts deeper in each other, than mail has")},
    {OwnHit::CheckFailed, "CHECK_FAILED", 0.0,
     N_("one of the checks failed; the message was judged without it")},
    {OwnHit::Newsletter, "NEWSLETTER", 0.0, N_("the message was sent to the readers of a list")},
    {OwnHit::Virus, "VIRUS", 0.0, N_("the message carries a virus")},
    {OwnHit::DangerousContent, "DANGEROUS_CONTENT", 0.0,
     N_("the message carries something that could harm the reader's computer")},
    {OwnHit::NotScanned, "NOT_SCANNED", 0.0, N_("the message could not be searched for viruses")},
    {OwnHit::ReportImitation, "REPORT_IMITATION", 0.0,
     N_("the message imitates a quarantine report; its links are not ours")},
    {OwnHit::ReportName, "REPORT_NAME", 0.0,
     N_("the message has the name and subject of our quarantine report, and is not ours")},
    {OwnHit::ListedClient, "LISTED_CLIENT", 0.0,
     N_("the mail server that sent the message is on a block list")},
});

static_assert(in_enum_order(table, own_hit_count), "one row per OwnHit, in the order of the enum");

}  // namespace

const OwnHitInfo& info(OwnHit id) { return table[static_cast<std::size_t>(id)]; }

Hit own_hit(OwnHit id, std::string_view detail)
{
    const auto& row = info(id);
    if (detail.empty()) return {std::string{row.name}, row.points, std::string{row.sentence}};
    auto shown = valid_utf8(detail);
    shown = cut_utf8(shown, longest_detail);
    std::replace_if(
        shown.begin(), shown.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return {std::string{row.name}, row.points, fmt::format("{} ({})", row.sentence, shown)};
}

}  // namespace lazaret::filter
