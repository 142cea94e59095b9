#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/schema.hpp"

namespace lazaret::store {

/// What `lazaretctl doctor` wants to know of the database. Nothing here throws for a schema that
/// is missing or of another version: that is a finding.
struct DatabaseFacts {
    std::string server_version;                    ///< `15.10 (Debian ...)`
    std::string host;                              ///< host or socket folder, and port
    std::string user;                              ///< whom we are connected as
    std::string encoding = "UTF8";                 ///< of the database's texts
    std::chrono::microseconds clock_difference{};  ///< the server's clock less ours
    SchemaStatus schema;
    std::vector<std::string> missing_roles;
    std::vector<std::string> missing_rights;  ///< `lazaret_milter may not execute lazaret.hold`
    std::vector<std::string> excess_rights;   ///< `lazaret_milter may read lazaret.held_mail`
    std::string milter_owner;  ///< whom a running milter connects as, when he owns the tables
    std::optional<Day> last_partition;    ///< the last expiry day that has its partitions
    int days_ahead = 0;                   ///< from today to that day
    int days_needed = 0;                  ///< the longest retention that somebody set
    int expired_partitions = 0;           ///< days that should have been dropped
    std::int64_t rows_in_default = 0;     ///< of mail and notes
    std::int64_t releasing_too_long = 0;  ///< for an hour since somebody asked
    std::int64_t held = 0;                ///< copies in state held
    std::int64_t bytes = 0;               ///< of the whole database on disk
    int protected_domains = 0;
    std::int64_t model_version = 0;
    int votes_waiting_hours = 0;  ///< the oldest vote that could have been learned
    bool fsync = true;
};

/// Asks the database. Throws Error{Unavailable} when it is away.
DatabaseFacts examine_database(const DatabaseConfig& config);

}  // namespace lazaret::store
