#pragma once

#include <vector>

#include "base/html/templates.hpp"

/// What is built into the program from portal/templates and portal/style.css.
namespace lazaret::portal {

const std::vector<Templates::Source>& built_in_templates();
const std::vector<Templates::Source>& built_in_styles();

}  // namespace lazaret::portal
