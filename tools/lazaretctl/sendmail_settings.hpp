#pragma once

#include <string_view>

#include "base/config/configuration.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// Whether Sendmail asks us, waits long enough, and what it does when we are away, by the text of
/// its sendmail.cf. Takes any text.
Findings sendmail_findings(std::string_view sendmail_cf, const Configuration& settings);

}  // namespace lazaret::tools
