#include "quarantine-store/directory.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/setting_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

// By number when it is one that exists, else by name; made when it is new.
TenantId tenant_named(pqxx::work& transaction, const std::string& name)
{
    const auto wanted = name.empty() ? std::string{"main"} : valid_utf8(name);
    const auto found =
        run(transaction,
            "select tenant_id from lazaret.tenant "
            "where name = $1 or tenant_id::text = $1 order by name = $1 desc limit 1",
            wanted);
    if (!found.empty()) {
        const auto tenant = value<TenantId>(found[0][0]);
        if (tenant != site_tenant) return tenant;
        throw Error{Error::Kind::Usage, "{:?} is the site itself, and no tenant of it", wanted};
    }
    if (std::all_of(wanted.begin(), wanted.end(), [](char c) { return c >= '0' && c <= '9'; }))
        throw Error{Error::Kind::Usage, "there is no tenant {}", wanted}.with_hint(
            "a new one has a name; 'lazaretctl domain list' shows those that are there");
    return value<TenantId>(run(transaction,
                               "insert into lazaret.tenant (name) values ($1) returning tenant_id",
                               wanted)[0][0]);
}

[[noreturn]] void is_another_tenants(pqxx::work& transaction, const std::string& domain,
                                     TenantId tenant)
{
    const auto name =
        run(transaction, "select name from lazaret.tenant where tenant_id = $1", tenant);
    throw Error{Error::Kind::Usage, "{} is protected for tenant {:?}", domain, text(name[0][0])}
        .with_hint("to give it to another one, first 'lazaretctl domain remove " + domain +
                   "': there it begins with nothing");
}

// The owner as it is stored: an address without its tag, where that is the rule.
Owner stored_owner(pqxx::work& transaction, const Owner& owner)
{
    if (owner.level != Level::Address) return owner;
    const auto address = parse_address(owner.name);
    if (!address) return owner;
    return Owner::address(mailbox_of(transaction, *address));
}

SettingValues chosen_values(pqxx::work& transaction, const Owner& owner)
{
    const auto rows =
        run(transaction, "select chosen from lazaret.setting where owner = $1 and not gone",
            owner.text());
    return rows.empty() ? SettingValues{} : values_of(text(rows[0][0]));
}

// One row an owner counts, whichever tenant it was made under: here it comes under this one.
void store_chosen(pqxx::work& transaction, TenantId tenant, const Owner& owner,
                  const SettingValues& values)
{
    run(transaction,
        "update lazaret.setting set gone = true where owner = $1 and tenant_id <> $2 and not gone",
        owner.text(), tenant);
    run(transaction,
        "insert into lazaret.setting (tenant_id, owner, chosen, gone) values ($1, $2, $3::jsonb, "
        "$4) "
        "on conflict (tenant_id, owner) do update set chosen = excluded.chosen, gone = "
        "excluded.gone",
        tenant, owner.text(), json_of(values), values.empty());
    if (owner.level == Level::Account)
        run(transaction, "select lazaret.publish_account($1, $2::bigint)", tenant, owner.name);
}

std::vector<EffectiveSetting> effective(const Settings& settings)
{
    std::vector<EffectiveSetting> all;
    for (const auto& info : all_settings()) {
        const auto winner = std::find_if(settings.winners.rbegin(), settings.winners.rend(),
                                         [&](const auto& one) { return one.name == info.name; });
        all.push_back(
            {info.name, value_text(settings, info.name),
             winner == settings.winners.rend() ? std::nullopt : std::optional{winner->owner}});
    }
    return all;
}

}  // namespace

Result<Owner, AddressFault> parse_owner(std::string_view text)
{
    text = trimmed(text);
    if (text == "*") return Owner::site();
    if (text.starts_with('@')) {
        auto domain = parse_domain(text.substr(1));
        if (!domain) return because(domain.error());
        return Owner::domain(std::move(*domain));
    }
    if (text.find('@') == std::string_view::npos) {
        const auto owner = owner_of(text);
        if (owner && owner->level == Level::Tenant) return *owner;
    }
    const auto address = parse_address(text);
    if (!address) return because(address.error());
    return Owner::address(address->key());
}

std::string_view sentence(DirectoryFault fault)
{
    switch (fault) {
        case DirectoryFault::NotProtected: return "its domain is not one that is protected here";
        case DirectoryFault::NoTenant: return "there is no such tenant";
        case DirectoryFault::BadValue:
            return "there is no such setting, or it cannot have that value";
        case DirectoryFault::TooWide:
            return "without proof of the sender only one exact address can be allowed: anybody can "
                   "write an address of a domain";
        case DirectoryFault::TooMany:
            return "there are as many entries as its owner may make; remove some first";
        case DirectoryFault::TooLong:
            return "without proof of the sender an entry counts for a year at most";
        case DirectoryFault::Elsewhere: return "another tenant has its domain now";
    }
    return "";
}

std::vector<std::string> Directory::add_domains(const std::vector<std::string>& domains,
                                                const std::string& tenant, const Actor& actor)
{
    return database_.session().transact("adding domains", [&](pqxx::work& transaction) {
        lock_changes(transaction);
        const auto to = tenant_named(transaction, tenant);
        std::vector<std::string> added;
        for (const auto& domain : domains) {
            if (const auto has = tenant_of(transaction, Owner::domain(domain))) {
                if (*has != to) is_another_tenants(transaction, domain, *has);
                continue;
            }
            run(transaction, "select lazaret.forget_domain_choices($1, $2)", domain, to);
            run(transaction,
                "insert into lazaret.domain (tenant_id, name) values ($1, $2) "
                "on conflict (tenant_id, name) do update set gone = false, added = now()",
                to, domain);
            note_audit(transaction, to, actor, "domain add", domain, tenant);
            added.push_back(domain);
        }
        return added;
    });
}

bool Directory::add_domain(const std::string& domain, const std::string& tenant, const Actor& actor)
{
    return !add_domains({domain}, tenant, actor).empty();
}

std::vector<std::string> Directory::remove_domains(const std::vector<std::string>& domains,
                                                   const Actor& actor)
{
    return database_.session().transact("removing domains", [&](pqxx::work& transaction) {
        std::vector<std::string> removed;
        for (const auto& domain : domains) {
            const auto gone = run(transaction,
                                  "update lazaret.domain set gone = true "
                                  "where name = $1 and not gone returning tenant_id",
                                  domain);
            if (gone.empty()) continue;
            note_audit(transaction, value<TenantId>(gone[0][0]), actor, "domain remove", domain,
                       "");
            removed.push_back(domain);
        }
        return removed;
    });
}

bool Directory::remove_domain(const std::string& domain, const Actor& actor)
{
    return !remove_domains({domain}, actor).empty();
}

std::vector<ProtectedDomain> Directory::domains()
{
    return database_.session().transact("listing domains", [](pqxx::work& transaction) {
        std::vector<ProtectedDomain> all;
        const auto rows = transaction.exec(
            "select d.name, d.tenant_id, t.name, lazaret.micros(d.added) "
            "from lazaret.domain d join lazaret.tenant t using (tenant_id) where not d.gone "
            "order by d.name");
        for (const auto& row : rows)
            all.push_back({text(row[0]), value<TenantId>(row[1]), text(row[2]), moment(row[3])});
        return all;
    });
}

ChosenSettings Directory::chosen(const Owner& owner)
{
    return database_.session().transact("reading settings", [&](pqxx::work& transaction) {
        return chosen_of(chosen_values(transaction, stored_owner(transaction, owner)));
    });
}

Result<std::vector<EffectiveSetting>, DirectoryFault> Directory::settings_of(const Owner& owner)
{
    using Answer = Result<std::vector<EffectiveSetting>, DirectoryFault>;
    return database_.session().transact("reading settings", [&](pqxx::work& transaction) -> Answer {
        const auto tenant = tenant_of(transaction, owner);
        if (!tenant)
            return because(owner.level == Level::Tenant ? DirectoryFault::NoTenant
                                                        : DirectoryFault::NotProtected);
        if (owner.level == Level::Address) {
            const auto address = parse_address(owner.name);
            if (!address) return because(DirectoryFault::NotProtected);
            return effective(policy_for(policy_about(transaction, *address), *address).settings);
        }
        Settings settings;
        std::vector<Owner> levels = {Owner::site()};
        if (owner.level != Level::Site) levels.push_back(Owner::tenant(*tenant));
        if (owner.level == Level::Domain || owner.level == Level::Account) levels.push_back(owner);
        for (const auto& level : levels)
            overlay(settings, chosen_of(chosen_values(transaction, level)), level);
        return effective(settings);
    });
}

Settings Directory::settings_for(const Address& address)
{
    return database_.session().transact("reading settings", [&](pqxx::work& transaction) {
        return policy_for(policy_about(transaction, address), address).settings;
    });
}

std::optional<std::string> Directory::set(const Owner& owner, const std::string& name,
                                          const std::string& value, const Actor& actor)
{
    return database_.session().transact(
        "changing a setting", [&](pqxx::work& transaction) -> std::optional<std::string> {
            lock_changes(transaction);
            const auto tenant = tenant_of(transaction, owner);
            if (!tenant)
                return std::string{sentence(owner.level == Level::Tenant
                                                ? DirectoryFault::NoTenant
                                                : DirectoryFault::NotProtected)};
            const auto stored = stored_owner(transaction, owner);
            ChosenSettings one;
            if (auto problem = choose(one, name, value)) return problem;
            Settings alone;
            overlay(alone, one, stored);
            if (alone.winners.empty() && !one.empty())
                return fmt::format("{} can be chosen for the site, a tenant or a domain", name);
            // The others stay as they are, also those that only a newer program knows.
            auto values = chosen_values(transaction, stored);
            for (const auto& [known, text] : values_of(one)) values.insert_or_assign(known, text);
            store_chosen(transaction, *tenant, stored, values);
            note_audit(transaction, *tenant, actor, "setting", stored.text(),
                       fmt::format("{} = {}", name, value));
            return std::nullopt;
        });
}

bool Directory::unset(const Owner& owner, const std::string& name, const Actor& actor)
{
    return database_.session().transact("changing a setting", [&](pqxx::work& transaction) {
        lock_changes(transaction);
        const auto tenant = tenant_of(transaction, owner);
        if (!tenant) return false;
        const auto stored = stored_owner(transaction, owner);
        auto values = chosen_values(transaction, stored);
        if (values.erase(name) == 0) return false;
        store_chosen(transaction, *tenant, stored, values);
        note_audit(transaction, *tenant, actor, "setting", stored.text(),
                   fmt::format("{} unset", name));
        return true;
    });
}

bool Directory::turn_reports_off(TenantId tenant, AccountId account, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact("turning reports off", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.turn_reports_off($1, $2, $3, $4, "
                               "lazaret.moment($5))",
                               tenant, account, valid_utf8(actor.name), valid_utf8(actor.from),
                               micros(session.now()))[0][0]);
    });
}

Result<AccountId, DirectoryFault> Directory::account_of(const Address& address)
{
    using Answer = Result<AccountId, DirectoryFault>;
    return database_.session().transact(
        "looking for an account", [&](pqxx::work& transaction) -> Answer {
            const auto tenant = tenant_of(transaction, Owner::address(address.key()));
            if (!tenant) return because(DirectoryFault::NotProtected);
            return value<AccountId>(run(transaction, "select lazaret.account_of($1, $2)", *tenant,
                                        mailbox_of(transaction, address))[0][0]);
        });
}

}  // namespace lazaret::store
