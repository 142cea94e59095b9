#pragma once

#include <string>

#include "base/config/configuration.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/reports.hpp"

/// What reports and notifications say of one held copy.
namespace lazaret::report {

inline constexpr std::size_t longest_from = 120;     ///< bytes
inline constexpr std::size_t longest_subject = 200;  ///< bytes

/// The main reason, in the words that were recorded. For spam it is what added most to the score;
/// other classes come of a fact that has no points, and the score had no say.
std::string reason_of(const store::ReportRow& row, const Words& words);

/// Until when it is kept.
std::string kept_until(const store::HeldSummary& copy, const Words& words);

/// When its links expire: with it, or after the setting report.link_life. What is on legal hold
/// outlives its retention, and so do its links.
Moment links_end(const store::HeldSummary& copy, const ReportConfig& config, Moment now);

}  // namespace lazaret::report
