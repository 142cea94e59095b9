#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// How many delivered messages named a sender.
struct SenderCount {
    std::string sender{};  ///< as they said, `Ada <ada@example.org>`, else of the envelope; cut
    std::int64_t messages = 0;
};

/// Who wrote most to the account of a full session, or which newsletters came most often, from the
/// month of a day on; the most first. There is nothing for another session, or where milters note
/// no passages. Counted once a day (Upkeep), and of a month that is over the first two hundred.
/// Role lazaret_portal. Cost: a look into an index for each address, and the rows.
std::vector<SenderCount> top_senders(Database& database, const std::string& session_token,
                                     Day since, bool newsletters, std::size_t limit);

}  // namespace lazaret::store
