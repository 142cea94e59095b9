#pragma once

#include "quarantine-store/doctor.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// What the facts about the database mean: schema, rights, partitions, durability. Pure.
Findings database_findings(const store::DatabaseFacts& facts);

}  // namespace lazaret::tools
