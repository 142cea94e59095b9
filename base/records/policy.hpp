#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/records/list_entry.hpp"
#include "base/records/settings.hpp"
#include "base/sharded_map.hpp"

namespace lazaret {

/// Everything that decides about a recipient and stands in the database: domains, accounts,
/// settings, lists. The milter keeps one as a snapshot, and applies changes to a copy (cheap, see
/// ShardedMap); a message is judged by one snapshot from start to end, with no database.
struct Policy {
    std::int64_t change = 0;  ///< the highest change number that is in it

    ShardedMap<std::string, TenantId> domains;         ///< protected domains, exact name
    ShardedMap<std::string, AccountId> accounts;       ///< by account_key(); only accounts that
                                                       ///< own a setting or an entry, or voted
    ShardedMap<std::string, ChosenSettings> settings;  ///< by Owner::text()
    ShardedMap<std::string, std::vector<ListEntry>> lists;  ///< by list_key()

    /// The tenant that protects this domain, if any.
    [[nodiscard]] std::optional<TenantId> tenant_of(const std::string& domain) const;
};

/// Where the account that a tenant has of an address (Address::key(), without its tag where that is
/// the rule) stands in Policy::accounts: several tenants may have had its domain.
std::string account_key(TenantId tenant, std::string_view mailbox);

/// Where the entries of one owner about one pattern stand in Policy::lists.
std::string list_key(const Owner& owner, std::string_view pattern);

/// Who a recipient is, by this policy.
struct RecipientPolicy {
    std::optional<TenantId> tenant;    ///< none: not protected, never touched
    std::optional<AccountId> account;  ///< none: no account, or one that chose nothing
    std::string mailbox;               ///< Address::key(), without the tag where that is the rule
    std::vector<Owner> owners;         ///< from Site to Address; who may own list entries for it
    Settings settings;
};

/// Asks all levels for one recipient. Cost: a few hash look-ups, no database.
RecipientPolicy policy_for(const Policy& policy, const Address& recipient);

}  // namespace lazaret
