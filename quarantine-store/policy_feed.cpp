#include "quarantine-store/policy_feed.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "quarantine-store/model_steps.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_deadline.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/setting_values.hpp"

namespace lazaret::store {
namespace {

constexpr int most_rows = 20'000;  // of changes, fetched at once

// The columns of lazaret.changes_after, in its order.
enum Column {
    Kind,
    Change,
    Tenant,
    Gone,
    OwnerText,
    Name,
    Number,
    Kind2,
    ListId,
    ProofText,
    Expires,
    Enabled,
    Chosen
};

void change_domain(Policy& policy, const pqxx::row& row)
{
    const auto name = text(row[Name]);
    const auto tenant = value<TenantId>(row[Tenant]);
    if (!value<bool>(row[Gone])) return policy.domains.set(name, tenant);
    // A tombstone of the tenant that had the domain before must not take it from the new one.
    if (policy.tenant_of(name) == tenant) policy.domains.erase(name);
}

void change_setting(Policy& policy, const pqxx::row& row)
{
    const auto owner = text(row[OwnerText]);
    if (value<bool>(row[Gone])) return policy.settings.erase(owner);
    policy.settings.set(owner, chosen_of(text(row[Chosen])));
}

std::optional<ListEntry> entry_of(const pqxx::row& row)
{
    const auto owner = owner_of(text(row[OwnerText]));
    const auto kind = list_kind_of(text(row[Kind2]));
    const auto proof = proof_of(text(row[ProofText]));
    const auto sender = parse_sender_pattern(text(row[Name]));
    if (!owner || !kind || !proof || !sender) return std::nullopt;
    return ListEntry{.id = value<std::int64_t>(row[Number]),
                     .tenant = value<TenantId>(row[Tenant]),
                     .owner = *owner,
                     .kind = *kind,
                     .sender = *sender,
                     .list_id = text(row[ListId]),
                     .proof = *proof,
                     .expires = maybe_moment(row[Expires]),
                     .enabled = value<bool>(row[Enabled])};
}

void change_entry(Policy& policy, const pqxx::row& row)
{
    const auto entry = entry_of(row);
    if (!entry) {
        log::warning("list entry not understood", {{"entry", value<std::int64_t>(row[Number])}});
        return;
    }
    // Owner and sender of an entry never change, so it stays under one key.
    const auto key = list_key(entry->owner, entry->sender.text);
    bool empty = false;
    policy.lists.change(key, [&](std::vector<ListEntry>& entries) {
        std::erase_if(entries, [&](const auto& old) { return old.id == entry->id; });
        if (!value<bool>(row[Gone])) entries.push_back(*entry);
        empty = entries.empty();
    });
    if (empty) policy.lists.erase(key);
}

void change(Policy& policy, const pqxx::row& row)
{
    const auto kind = text(row[Kind]);
    if (kind == "domain") change_domain(policy, row);
    else if (kind == "setting") change_setting(policy, row);
    else if (kind == "account")
        policy.accounts.set(account_key(value<TenantId>(row[Tenant]), text(row[Name])),
                            value<AccountId>(row[Number]));
    else change_entry(policy, row);
    policy.change = value<std::int64_t>(row[Change]);
}

// One view of the data for all that is asked in it: between two views tombstones may be purged,
// and what they say would never be seen.
using OneView = pqxx::transaction<pqxx::isolation_level::repeatable_read>;

class PgPolicyFeed final : public PolicyFeed {
public:
    explicit PgPolicyFeed(const DatabaseConfig& config) : config_{config} {}

    bool refresh(Policy& policy) override;
    std::vector<ModelStep> newer_models(std::int64_t have) override;
    bool wait(std::chrono::milliseconds most) override;

private:
    // Runs `work`; a connection that lay idle through a restart of the server is made anew once.
    template <class F>
    auto connected(std::string_view what, F&& work)
    {
        for (bool was_idle = connection_ != nullptr;; was_idle = false) {
            try {
                if (!connection_) {
                    listener_.reset();
                    connection_ = connect(config_);
                    listener_ = std::make_unique<Listener>(*connection_, "lazaret_policy");
                }
                return work(*connection_);
            } catch (const std::exception&) {
                // A try that is no edge: whether to try again is known only here.
                listener_.reset();
                connection_.reset();
                if (!was_idle) rethrow_as_error(what);
            }
        }
    }

    [[nodiscard]] std::chrono::milliseconds patience() const { return statement_patience(config_); }

    struct Numbers {
        std::int64_t last;            // that was given to a change
        std::int64_t purged_through;  // the highest of a tombstone that is not there any more
    };
    static Numbers numbers(OneView& transaction)
    {
        const auto row = transaction.exec(
            "select last_value, (select purged_through from lazaret.feed_state) "
            "from lazaret.change_number")[0];
        return {value<std::int64_t>(row[0]), value<std::int64_t>(row[1])};
    }

    // Whether the policy is from another database, from after the moment to which this one was
    // restored, or older than the tombstones that are kept.
    static bool must_start_anew(const Policy& policy, const Numbers& database)
    {
        return policy.change != 0 &&
               (policy.change > database.last || policy.change < database.purged_through);
    }

    // Each answer has its own time: there may be many.
    bool fetch(OneView& transaction, Policy& policy, std::optional<Deadline>& deadline) const
    {
        bool changed = false;
        for (;;) {
            deadline.emplace(*connection_, patience());
            const auto rows = run(transaction, "select * from lazaret.changes_after($1, $2)",
                                  policy.change, most_rows);
            for (const auto& row : rows) change(policy, row);
            changed = changed || !rows.empty();
            if (std::cmp_less(rows.size(), most_rows)) return changed;
        }
    }

    const DatabaseConfig config_;
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<Listener> listener_;  // after the connection, which it must not outlive
};

bool PgPolicyFeed::refresh(Policy& policy)
{
    return connected("fetching policy", [&](pqxx::connection& connection) {
        // A copy: should the database go in the middle, the caller keeps what he had.
        auto next = policy;
        std::optional<Deadline> deadline{std::in_place, connection, patience()};
        OneView transaction{connection};
        const auto database = numbers(transaction);
        const bool anew = must_start_anew(next, database);
        if (anew) next = Policy{};
        const bool changed = fetch(transaction, next, deadline) || anew;
        // What is left may all be older than what was purged last.
        next.change = std::max(next.change, database.purged_through);
        transaction.commit();
        if (changed) policy = std::move(next);
        return changed;
    });
}

std::vector<ModelStep> PgPolicyFeed::newer_models(std::int64_t have)
{
    return connected("fetching the model", [&](pqxx::connection& connection) {
        const Deadline deadline{connection, patience()};
        pqxx::nontransaction transaction{connection};
        return newer_model_steps(transaction, have);
    });
}

bool PgPolicyFeed::wait(std::chrono::milliseconds most)
{
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(most);
    return connected("waiting for news", [&](pqxx::connection& connection) {
        const Deadline deadline{connection, most + patience()};
        return connection.await_notification(microseconds.count() / 1'000'000,
                                             microseconds.count() % 1'000'000) > 0;
    });
}

}  // namespace

std::unique_ptr<PolicyFeed> make_policy_feed(const DatabaseConfig& config)
{
    return std::make_unique<PgPolicyFeed>(config);
}

}  // namespace lazaret::store
