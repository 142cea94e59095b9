#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "quarantine-store/newsletters.hpp"
#include "tests/portal/person.hpp"

/// Newsletters of bob@example.com, and what became of them.
namespace lazaret::test {

inline const std::string newsletters_page = "/account/newsletters";

/// A newsletter of one list, from one address; what its author proved, whether one click is
/// recorded, and to whom it went.
inline Reference hold_newsletter(PrivatePortal& site, int number,
                                 const std::string& proved = "example.org",
                                 Class verdict = Class::Newsletter,
                                 const std::string& one_click = {},
                                 const std::string& recipient = mailbox)
{
    const SampleMail sample{number};
    auto copy = sample_copy(recipient);
    copy.verdict = verdict;
    copy.explanation.proved = Explanation::Proved{};
    if (!proved.empty()) copy.explanation.proved->from = {Proof::dkim(proved)};
    copy.explanation.one_click = one_click;
    return store::make_keeper(site.config, 1)->hold(sample.mail, std::vector{copy}).at(0);
}

inline store::CopyState state_of(PrivatePortal& site, const Reference& reference)
{
    auto database = site.database();
    return store::Quarantine{database}.find(reference)->summary.state;
}

inline std::vector<store::ListedEntry> entries_of(PrivatePortal& site, ListKind kind)
{
    auto database = site.database();
    return store::Directory{database}.entries(Owner::account(site.account()), kind);
}

inline long count(PrivatePortal& site, const std::string& statement)
{
    return std::stol(Sql{site.config.connection}.rows(statement).at(0).at(0));
}

inline bool becomes_released(PrivatePortal& site, const Reference& reference)
{
    for (int tries = 0; tries < 100; ++tries) {
        if (state_of(site, reference) == store::CopyState::Released) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
}

inline std::string account_of(PrivatePortal& site) { return "1." + std::to_string(site.account()); }

}  // namespace lazaret::test
