#pragma once

#include <vector>

#include "base/html/templates.hpp"

namespace lazaret::report {

/// report-mailer/templates, as the program was built with them.
const std::vector<Templates::Source>& built_in_templates();

}  // namespace lazaret::report
