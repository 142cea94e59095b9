#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/config/configuration.hpp"

namespace lazaret::store {

/// Where the schema of a database stands, beside what this program knows.
struct SchemaStatus {
    struct Step {
        int number = 0;
        std::string name;               ///< `0001_first`
        std::optional<Moment> applied;  ///< none: still to come
    };
    int known = 0;            ///< the version this program works with
    int present = 0;          ///< the version of the database; 0: there is no schema yet
    std::vector<Step> steps;  ///< every step this program knows, in order

    [[nodiscard]] bool is_current() const noexcept { return known == present; }
};

/// The version of the schema that this program works with.
int known_schema_version();

/// Looks, changes nothing. Throws Error{Unavailable} when the database is away.
SchemaStatus schema_status(const DatabaseConfig& config);

/// Applies what is missing, each step in a transaction of its own; two at once wait for each other.
///
/// Needs a role that may create a schema in the database (its owner); the first step also creates
/// the four roles lazaret_milter, lazaret_report, lazaret_portal and lazaret_admin where they are
/// missing, which needs CREATEROLE. Partitions for the coming days are made too.
/// @return the names of the steps applied; none when it was current.
/// Throws Error{Setup} when the database is newer than this program, or a right is missing.
std::vector<std::string> upgrade_schema(const DatabaseConfig& config);

}  // namespace lazaret::store
