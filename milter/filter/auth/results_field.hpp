#pragma once

#include <string>
#include <string_view>

#include "milter/filter/auth/results.hpp"

namespace lazaret::filter::auth {

/// The value of our Authentication-Results (RFC 8601 2.2) without leading space; lines end in LF,
/// as libmilter wants folds.
///
/// What a stranger wrote (domains, selectors) is quoted where it is no token, and left out where it
/// is over 255 bytes or not printable ASCII. A signature that verifies by a key in testing is
/// written as neutral: it is to count as no signature (RFC 6376 3.6.1), and who reads the field
/// cannot see it otherwise.
std::string authentication_results_value(const Authentication& results,
                                         std::string_view authserv_id);

}  // namespace lazaret::filter::auth
