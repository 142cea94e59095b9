#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What can be found in a Received line before its form is known. Private to reading one.
namespace lazaret::filter::rules {



}  // namespace lazaret::filter::rules
