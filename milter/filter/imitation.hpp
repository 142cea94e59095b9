#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/records/policy.hpp"
#include "milter/filter/check.hpp"

namespace lazaret::filter {

/// What our own reports have that an imitation of them has not, or wrongly has.
struct ReportMarks {
    std::string from;         ///< Address::key() of their From
    std::string from_name;    ///< the name beside it; may be empty
    std::string portal_host;  ///< of their links; empty when the site has no reports

    /// Whether a claim of a link was made here, however long ago; none: nobody can say.
    std::function<bool(std::string_view)> is_our_claim{};
};
/// Of the site's settings; empty marks where they name no address.
ReportMarks report_marks(const ReportConfig& config);

/// The settings report.from of those of our recipients that have one: Mail::report_senders.
std::vector<std::string> report_senders(const Envelope& envelope, const Policy& policy);

/// The claim in the path of a URL, when it is that of a link in a report of Lazaret, ours or
/// another site's: `/m/CLAIM/release`, `/a/CLAIM`, whatever stands before. Else empty.
std::string_view report_claim(std::string_view path);

/// Why a message, which came without our seal, imitates our report; nothing when it does not.
///
/// It does when one of its links has the form of a report's and leads to another host, or when it
/// has the subject of a report, in any of our languages, and the name or address that ours come
/// from. A report that somebody forwards or answers has our host and another subject, and is none;
/// nor is one that a mail server redirects as it is, by which it loses its seal: its claims are
/// ours.
std::optional<Hit> imitation_of(const Mail& mail, const ReportMarks& ours);

/// The hit of imitation_of(), and dangerous: people are used to press what stands in their report.
Check imitation_check(ReportMarks ours);

}  // namespace lazaret::filter
