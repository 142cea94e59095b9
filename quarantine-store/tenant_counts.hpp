#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quarantine-store/sender_counts.hpp"
#include "quarantine-store/trace.hpp"

namespace lazaret::store {

/// How many messages came for a mailbox.
struct RecipientCount {
    std::string mailbox{};
    std::int64_t messages = 0;
    std::int64_t held = 0;
};

/// The statistics of a tenant, or with site_tenant of all, for whoever administers that by a full
/// session: for another there is nothing. From counters alone. Cost: the rows of all mailboxes
/// since that day. Role lazaret_portal.
class TenantCounts {
public:
    TenantCounts(Database& database, std::string session_token, TenantId tenant)
        : database_{database}, token_{std::move(session_token)}, tenant_{tenant}
    {
    }

    /// As Trace::counters(), summed over the mailboxes.
    std::vector<CounterRow> counters(Day since);
    /// For whom most came, the most first.
    std::vector<RecipientCount> top_recipients(Day since, std::size_t limit);
    /// As store::top_senders(), of senders who wrote to three mailboxes or more.
    std::vector<SenderCount> top_senders(Day since, bool newsletters, std::size_t limit);

private:
    Database& database_;
    std::string token_;
    TenantId tenant_;
};

}  // namespace lazaret::store
