#pragma once

#include <hs/hs.h>

#include <string>

#include "base/handle.hpp"

namespace lazaret::filter::rules {

using HyperscanDatabase = CHandle<hs_database_t, hs_free_database>;
using HyperscanScratch = CHandle<hs_scratch_t, hs_free_scratch>;
using HyperscanError = CHandle<hs_compile_error_t, hs_free_compile_error>;

/// One expression compiled by itself; null, where Hyperscan does not take it. Milliseconds for a
/// short one, up to a second for a long one.
HyperscanDatabase compiled_alone(const std::string& expression, unsigned flags);

}  // namespace lazaret::filter::rules
