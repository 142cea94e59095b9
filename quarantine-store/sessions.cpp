#include "quarantine-store/sessions.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"

namespace lazaret::store {
namespace {

constexpr std::int64_t all_of_them = 0;  // ids begin with 1

SessionKind kind_of(const pqxx::field& field)
{
    return text(field) == "full" ? SessionKind::Full : SessionKind::Link;
}

// A row for each address of the account and of the host's. First come those whose domain is still
// their tenant's: settings count for them, and mail about the account goes there.
constexpr auto session_with_addresses =
    "select s.tenant, s.account, s.kind, s.address, lazaret.micros(s.expires), s.visits, "
    "s.administers, s.host_tenant, s.host_account, s.host_right, s.reason, a.is_own, a.address, "
    "s.host_account is not null and exists (select from "
    "lazaret.sees_delivered($1, s.host_account, lazaret.moment($2))) "
    "from lazaret.session_of($1, lazaret.moment($2)) s "
    "cross join lateral ("
    "select true as is_own, o.tenant_id, o.address, o.created from lazaret.address o "
    "where o.tenant_id = s.tenant and o.account_id = s.account union all "
    "select false, h.tenant_id, h.address, h.created from lazaret.address h "
    "where h.tenant_id = s.host_tenant and h.account_id = s.host_account) a "
    "left join lazaret.domain d on d.name = split_part(a.address, '@', -1) "
    "and d.tenant_id = a.tenant_id and not d.gone "
    "order by d.name is null, a.created, a.address";

std::optional<Session> session_from(const pqxx::result& rows)
{
    if (rows.empty()) return std::nullopt;
    const auto& first = rows[0];
    Session found{.tenant = value<TenantId>(first[0]),
                  .account = value<AccountId>(first[1]),
                  .kind = kind_of(first[2]),
                  .address = text(first[3]),
                  .expires = moment(first[4]),
                  .is_delegate = value<bool>(first[5]),
                  .is_administrator = value<bool>(first[6])};
    Host host;
    for (const auto& row : rows)
        (value<bool>(row[11]) ? found.addresses : host.addresses).push_back(text(row[12]));
    if (found.addresses.empty()) return std::nullopt;
    if (host.addresses.empty()) return found;
    host.tenant = value<TenantId>(first[7]);
    host.account = value<AccountId>(first[8]);
    host.role = role_of_right(text(first[9]));
    host.reason = text(first[10]);
    host.sees_delivered = value<bool>(first[13]);
    found.host = std::move(host);
    return found;
}

}  // namespace

Role role_of_right(const std::string& right)
{
    if (right == "site") return Role::SiteAdministrator;
    return right == "domain" ? Role::DomainAdministrator : Role::Recipient;
}

std::optional<std::string> Sessions::begin(TenantId tenant, AccountId account,
                                           const std::string& address, const SessionPlace& place,
                                           Moment expires)
{
    return begin_any(tenant, account, address, std::nullopt, place, expires);
}

std::optional<std::string> Sessions::begin_full(TenantId tenant, AccountId account,
                                                const std::string& address,
                                                const std::string& verified,
                                                const SessionPlace& place, Moment expires)
{
    return begin_any(tenant, account, address, verified, place, expires);
}

std::optional<std::string> Sessions::begin_connected(TenantId tenant, AccountId account,
                                                     const std::string& address,
                                                     const SessionPlace& place, Moment expires)
{
    auto& session = database_.session();
    const auto token = new_secret_token();
    const auto hash = hash_of_token(token);
    const bool begun = session.transact("beginning a session", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.begin_connected_session($1, $2, $3, $4, $5, $6, "
                               "lazaret.moment($7), lazaret.moment($8))",
                               tenant, account, address, Bytes{hash}, valid_utf8(place.client),
                               valid_utf8(place.agent), micros(session.now()),
                               micros(expires))[0][0]);
    });
    if (!begun) return std::nullopt;
    return token;
}

std::optional<std::string> Sessions::begin_any(TenantId tenant, AccountId account,
                                               const std::string& address,
                                               const std::optional<std::string>& verified,
                                               const SessionPlace& place, Moment expires)
{
    auto& session = database_.session();
    const auto token = new_secret_token();
    const auto hash = hash_of_token(token);
    const bool begun = session.transact("beginning a session", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.begin_session($1, $2, $3, $4, $5, $6, $7, "
                               "lazaret.moment($8), lazaret.moment($9))",
                               tenant, account, address, verified, Bytes{hash},
                               valid_utf8(place.client), valid_utf8(place.agent),
                               micros(session.now()), micros(expires))[0][0]);
    });
    if (!begun) return std::nullopt;
    return token;
}

std::optional<Session> Sessions::find(const std::string& token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token);
    return session.transact(
        "looking for a session", [&](pqxx::work& transaction) -> std::optional<Session> {
            return session_from(
                run(transaction, session_with_addresses, Bytes{hash}, micros(session.now())));
        });
}

void Sessions::end(const std::string& token)
{
    const auto hash = hash_of_token(token);
    database_.session().transact("ending a session", [&](pqxx::work& transaction) {
        run(transaction, "select lazaret.end_session($1)", Bytes{hash});
    });
}

std::vector<ListedSession> Sessions::beside(const std::string& token)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token);
    return session.transact("listing sessions", [&](pqxx::work& transaction) {
        std::vector<ListedSession> all;
        for (const auto& row :
             run(transaction,
                 "select session, is_this, kind, lazaret.micros(made), lazaret.micros(seen), "
                 "client, agent from lazaret.sessions_beside($1, lazaret.moment($2))",
                 Bytes{hash}, micros(session.now())))
            all.push_back({value<std::int64_t>(row[0]),
                           value<bool>(row[1]),
                           kind_of(row[2]),
                           moment(row[3]),
                           moment(row[4]),
                           {text(row[5]), text(row[6])}});
        return all;
    });
}

std::int64_t Sessions::end_one(const std::string& token, std::int64_t id, const std::string& client)
{
    return id == all_of_them ? 0 : end_some(token, id, client);
}

std::int64_t Sessions::end_all(const std::string& token, const std::string& client)
{
    return end_some(token, all_of_them, client);
}

std::int64_t Sessions::end_some(const std::string& token, std::int64_t id,
                                const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token);
    return session.transact("ending sessions", [&](pqxx::work& transaction) {
        return value<std::int64_t>(
            run(transaction,
                "select lazaret.end_sessions_beside($1, nullif($2::bigint, 0), $3, "
                "lazaret.moment($4))",
                Bytes{hash}, id, valid_utf8(client), micros(session.now()))[0][0]);
    });
}

std::optional<LockedOut> lock_out(Database& database, const Address& address, bool and_password,
                                  const Actor& actor)
{
    using Answer = std::optional<LockedOut>;
    return database.session().transact("locking out", [&](pqxx::work& transaction) -> Answer {
        auto mailbox = mailbox_of(transaction, address);
        const auto ended = maybe<std::int64_t>(
            run(transaction, "select lazaret.lock_out($1, $2)", mailbox, and_password)[0][0]);
        if (!ended) return std::nullopt;
        note_audit(transaction, site_tenant, actor,
                   and_password ? "password removed" : "sessions ended", mailbox,
                   std::to_string(*ended));
        return LockedOut{std::move(mailbox), *ended};
    });
}

}  // namespace lazaret::store
