#pragma once

#include <string>
#include <string_view>

#include "base/config/configuration.hpp"
#include "milter/filter/check.hpp"

namespace lazaret::filter {

/// What our own reports have that an imitation of them has not, or wrongly has.
struct ReportMarks {
    std::string from;         ///< Address::key() of their From
    std::string from_name;    ///< the name beside it; may be empty
    std::string portal_host;  ///< of their links; empty when the site has no reports
};
/// Of the site's settings; empty marks where they name no address.
ReportMarks report_marks(const ReportConfig& config);

/// Whether the path and query of a URL are those of a link in a report of Lazaret, ours or
/// another site's: `/m/CLAIM/release`, `/a/CLAIM`, whatever stands before.
bool is_report_path(std::string_view path);

/// Why a message, which came without our seal, imitates our report; empty when it does not.
///
/// It does when one of its links has the form of a report's and leads to another host, or when it
/// has the subject of a report, in any of our languages, and the name or address that ours come
/// from. A report that somebody forwards or answers has our host and another subject, and is none.
std::string imitation_of(const Message& message, const ReportMarks& ours);

/// Hit REPORT_IMITATION, and dangerous: people are used to press what stands in their report.
Check imitation_check(ReportMarks ours);

}  // namespace lazaret::filter
