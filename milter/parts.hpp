#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/records/policy.hpp"
#include "base/shared_state.hpp"
#include "milter/conduct.hpp"
#include "milter/filter/dns/silent_lists.hpp"
#include "milter/gate.hpp"
#include "milter/judges.hpp"
#include "milter/metrics/metrics.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/notebook.hpp"

namespace lazaret::milter {

/// What a session works with. All is shared by all threads, and outlives every message that the
/// gate let in.
struct Parts {
    const Snapshot<Conduct>& conduct;
    const Snapshot<Policy>& policy;
    store::Keeper& keeper;
    store::Notebook& notebook;
    Judges& judges;
    std::shared_ptr<Gate> gate;
    std::string spool_folder;
    filter::dns::Ask ask{};  ///< empty: nobody asks the DNS
    filter::dns::SilentLists* silent_lists = nullptr;
    filter::dns::ClientShares* client_shares = nullptr;
    Metrics* metrics = nullptr;  ///< nullptr: nobody counts
    Now now = system_now;
};

}  // namespace lazaret::milter
