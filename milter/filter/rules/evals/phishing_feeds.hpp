#pragma once

#include <string_view>

#include "milter/filter/rules/evals/globs.hpp"

namespace lazaret::filter::rules {

/// How a feed of phishing addresses is written.
enum class FeedForm {
    OpenPhish,  ///< an address a line
    PhishTank,  ///< CSV with a heading; the address is second
    PhishStats  ///< CSV with a heading; a score is second, the address third
};

/// Adds the addresses of a feed.
///
/// @param least_score  what a score must be above (PhishStats).
/// @param without_query  addresses count up to their `?` only.
void read_feed(std::string_view text, FeedForm form, double least_score, bool without_query,
               TextSet& addresses);

}  // namespace lazaret::filter::rules
