#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>

#include "base/records/identity.hpp"
#include "base/records/policy.hpp"

namespace lazaret::store {

/// The tenant under which something of this owner stands; none when there is no such domain,
/// tenant or account.
std::optional<TenantId> tenant_of(pqxx::transaction_base& transaction, const Owner& owner);

/// The part of the policy that decides about one address, read from the database. policy_for()
/// then says what a milter would.
Policy policy_about(pqxx::transaction_base& transaction, const Address& address);

/// The same for many addresses, in three statements.
Policy policy_about(pqxx::transaction_base& transaction, const std::vector<Address>& addresses);

/// The address an owner of level Address is stored under: without its tag, where that is the rule.
std::string mailbox_of(pqxx::transaction_base& transaction, const Address& address);

/// The mailboxes that mail for an address may be noted under, as text_array(): a setting says
/// whether its tag counts.
std::string mailboxes_of(const std::string& address);

/// Takes the lock under which changes are numbered: what is read from now on stays true until the
/// transaction ends.
void lock_changes(pqxx::transaction_base& transaction);

/// A list for `= any ($1::text[])`.
std::string text_array(const std::vector<std::string>& texts);
/// The same of the names of held copies.
std::string reference_array(std::span<const Reference> copies);

}  // namespace lazaret::store
