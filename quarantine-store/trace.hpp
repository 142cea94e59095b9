#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/database.hpp"
#include "quarantine-store/notebook.hpp"

namespace lazaret::store {

/// A message refused or discarded for one recipient; there are no bytes of it.
struct Refusal {
    Moment when;
    TenantId tenant = site_tenant;
    std::string reference;
    std::string mailbox;
    std::string sender;
    std::string client_ip;
    std::string queue_id;
    Class verdict = Class::SpamCertain;
    Action action = Action::Refuse;
    double score = 0.0;
    std::vector<Hit> hits;
    Explanation explanation;
};

/// One number of the statistics.
struct CounterRow {
    Day day;
    TenantId tenant = site_tenant;
    std::string mailbox;  ///< empty when summed over mailboxes
    Class verdict = Class::Clean;
    Action action = Action::Deliver;
    std::int64_t messages = 0;
};

/// One act of a person, newest first in lists.
struct AuditRow {
    Moment when;
    TenantId tenant = site_tenant;
    std::string who;
    std::string from;
    std::string what;     ///< `release`, `list add`, `setting`, ...
    std::string subject;  ///< what it was done to: a reference, an owner
    std::string detail;
};

/// Answers "where is my mail?" and "how much is there?".
class Trace {
public:
    explicit Trace(Database& database) : database_{database} {}

    /// The refusals with this reference: one a recipient (a refused message has one for all).
    /// A held copy of that name is found by Quarantine::find.
    std::vector<Refusal> refusals(const Reference& reference);

    /// Messages to, or from, an address, newest first; also refusals when passages are off.
    std::vector<Passage> passages(const std::string& address, std::optional<Moment> since,
                                  std::size_t limit);

    /// Messages by day, tenant, class and action since a day; of one mailbox, or summed: over all
    /// of `@example.org`, or of everybody. With a tenant only its; of one mailbox that is much
    /// cheaper. What is older than a hundred days stands under the first day of its month, and
    /// after four hundred under no mailbox.
    std::vector<CounterRow> counters(Day since, const std::string& mailbox = {},
                                     std::optional<TenantId> tenant = {});

    std::vector<AuditRow> audit(const std::string& subject, std::size_t limit);

private:
    Database& database_;
};

}  // namespace lazaret::store
