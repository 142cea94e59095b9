#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// What one round of upkeep did.
struct UpkeepReport {
    int days_made = 0;                   ///< expiry days that got their partitions
    std::int64_t rows_moved = 0;         ///< out of the default partition
    std::vector<std::string> dropped;    ///< partitions, by name
    std::vector<std::string> postponed;  ///< `NAME: why`; the next round tries again
    std::int64_t notes_removed = 0;      ///< old deferrals, batches, tombstones, sessions, ...
    int days_counted = 0;                ///< whose senders were counted
};

/// Keeps the partitions in order: `lazaretctl expire`, once a day or oftener, also twice at once.
/// Holds go on meanwhile; each step takes its locks for moments only, and gives up (and tries
/// again) rather than make them wait.
class Upkeep {
public:
    /// @param most_difference  between our clock and the server's; see drop_expired().
    explicit Upkeep(Database& database,
                    std::chrono::seconds most_difference = std::chrono::hours{1})
        : database_{database}, most_difference_{most_difference}
    {
    }

    /// make_partitions, then drop_expired, then tidy, then count_senders. Throws as
    /// refuse_wrong_clock() does, before it does anything.
    UpkeepReport run();
    /// The same. The report is told of each step as it is done, so that what came before one that
    /// failed is known.
    void run(UpkeepReport& report);

    /// Throws Error{Setup} when our clock and the server's differ by more than they may: one of
    /// them is wrong, and nothing brings back what was dropped too early.
    void refuse_wrong_clock();

    /// Makes the partitions of today and of as many days ahead as the longest retention that
    /// somebody set, and two more; moves rows out of the default partitions.
    void make_partitions(UpkeepReport& report);

    /// Drops what expired before today. A day with copies still on their way to the MTA waits.
    /// Throws as refuse_wrong_clock() does.
    void drop_expired(UpkeepReport& report);

    /// Removes what is old from the small tables, each function in a transaction of its own: what
    /// one has removed stays removed, and its locks are let go.
    void tidy(UpkeepReport& report);

    /// Counts who wrote to whom on the days that are over (schema/0023_senders.sql), each in a
    /// transaction of its own.
    void count_senders(UpkeepReport& report);

    /// Puts a copy, its message and all other copies of that message (same tenant and day) where
    /// nothing expires, or back. Doing it twice changes nothing.
    /// @return false when there is no such copy.
    bool set_legal_hold(const Reference& reference, bool on, const Actor& actor);

private:
    Database& database_;
    std::chrono::seconds most_difference_;
};

}  // namespace lazaret::store
