#include "quarantine-store/standing.hpp"

#include <algorithm>
#include <charconv>

#include "quarantine-store/held_json.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/setting_values.hpp"

namespace lazaret::store {
namespace {

std::optional<std::int64_t> number_of(const std::string& text)
{
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<TenantId> first_tenant(const pqxx::result& rows)
{
    if (rows.empty()) return std::nullopt;
    return value<TenantId>(rows[0][0]);
}

std::optional<TenantId> tenant_of_domain(pqxx::transaction_base& transaction,
                                         const std::string& domain)
{
    return first_tenant(run(
        transaction, "select tenant_id from lazaret.domain where name = $1 and not gone", domain));
}

}  // namespace

std::optional<TenantId> tenant_of(pqxx::transaction_base& transaction, const Owner& owner)
{
    switch (owner.level) {
        case Level::Site: return site_tenant;
        case Level::Domain: return tenant_of_domain(transaction, owner.name);
        case Level::Address: {
            const auto address = parse_address(owner.name);
            if (!address) return std::nullopt;
            return tenant_of_domain(transaction, address->domain);
        }
        case Level::Tenant:
        case Level::Account: {
            const auto number = number_of(owner.name);
            if (!number) return std::nullopt;
            return first_tenant(
                run(transaction,
                    owner.level == Level::Tenant
                        ? "select tenant_id from lazaret.tenant where tenant_id = $1"
                        : "select tenant_id from lazaret.account where account_id = $1",
                    *number));
        }
    }
    return std::nullopt;
}

Policy policy_about(pqxx::transaction_base& transaction, const Address& address)
{
    return policy_about(transaction, std::vector{address});
}

Policy policy_about(pqxx::transaction_base& transaction, const std::vector<Address>& addresses)
{
    Policy policy;
    std::vector<std::string> domains;
    std::vector<std::string> keys;
    std::vector<std::string> owners = {Owner::site().text()};
    for (const auto& address : addresses) {
        domains.push_back(address.domain);
        keys.push_back(address.key());
        if (auto untagged = without_tag(address).key(); untagged != keys.back())
            keys.push_back(std::move(untagged));
    }
    std::sort(domains.begin(), domains.end());
    domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
    for (const auto& domain : domains) owners.push_back(Owner::domain(domain).text());
    for (const auto& key : keys) owners.push_back(Owner::address(key).text());

    const auto protected_ones = run(transaction,
                                    "select name, tenant_id from lazaret.domain "
                                    "where not gone and name = any ($1::text[])",
                                    text_array(domains));
    for (const auto& row : protected_ones) {
        policy.domains.set(text(row[0]), value<TenantId>(row[1]));
        owners.push_back(Owner::tenant(value<TenantId>(row[1])).text());
    }
    const auto accounts = run(transaction,
                              "select key.address, a.tenant_id, a.account_id "
                              "from unnest($1::text[]) as key (address), "
                              "lateral lazaret.account_for(key.address) a",
                              text_array(keys));
    for (const auto& row : accounts) {
        const auto account = value<AccountId>(row[2]);
        policy.accounts.set(account_key(value<TenantId>(row[1]), text(row[0])), account);
        owners.push_back(Owner::account(account).text());
    }
    const auto settings = run(transaction,
                              "select owner, chosen from lazaret.setting "
                              "where not gone and owner = any ($1::text[])",
                              text_array(owners));
    for (const auto& row : settings) policy.settings.set(text(row[0]), chosen_of(text(row[1])));
    return policy;
}

std::string mailbox_of(pqxx::transaction_base& transaction, const Address& address)
{
    return policy_for(policy_about(transaction, address), address).mailbox;
}

std::string mailboxes_of(const std::string& address)
{
    const auto key = recipient_key(address);
    const auto parsed = parse_address(address);
    return text_array({key, parsed ? without_tag(*parsed).key() : key});
}

void lock_changes(pqxx::transaction_base& transaction)
{
    transaction.exec("select pg_advisory_xact_lock(7230947201)");
}

std::string text_array(const std::vector<std::string>& texts)
{
    std::string array = "{";
    for (const auto& one : texts) {
        if (array.size() > 1) array += ',';
        array += '"';
        for (const char c : one) {
            if (c == '"' || c == '\\') array += '\\';
            array += c;
        }
        array += '"';
    }
    return array + '}';
}

std::string reference_array(std::span<const Reference> copies)
{
    std::vector<std::string> names;
    for (const auto& one : copies) names.push_back(one.text());
    return text_array(names);
}

}  // namespace lazaret::store
