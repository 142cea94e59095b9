#pragma once

#include <span>

#include "base/records/verdict.hpp"

namespace lazaret::filter {

/// The sum of the points of all hits; not a number and infinities count as 0.
double total(std::span<const Hit> hits);

}  // namespace lazaret::filter
