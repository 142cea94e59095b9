#pragma once

#include <string_view>
#include <vector>

namespace lazaret::store {

/// One migration: `NNNN_name` and its SQL. Never changed once released; only added to.
struct SchemaStep {
    std::string_view name;
    std::string_view sql;
};

/// All of them, in order; the number of a step is its place, counted from 1.
const std::vector<SchemaStep>& schema_steps();

}  // namespace lazaret::store
