#include "portal/account/visit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/reader.hpp"

namespace lazaret::portal {
namespace {

Visit visit_of(const store::Session& session)
{
    if (const auto& host = session.host)
        return {host->tenant, host->account, host->addresses, session};
    Visit visit{session.tenant, session.account, session.addresses, session};
    std::stable_partition(visit.addresses.begin(), visit.addresses.end(),
                          [&](const auto& one) { return one == session.address; });
    return visit;
}

constexpr std::string_view realm_word = "tenant.";

// The tenant that a field names, if it names one.
std::optional<TenantId> tenant_in(std::string_view field)
{
    if (!field.starts_with(realm_word)) return std::nullopt;
    field.remove_prefix(realm_word.size());
    TenantId tenant = 0;
    const auto* end = field.data() + field.size();
    const auto [stop, code] = std::from_chars(field.data(), end, tenant);
    if (code != std::errc{} || stop != end || tenant < 0) return std::nullopt;
    return tenant;
}

// Which realm a request is about: a form always says so.
std::optional<TenantId> tenant_of(const Request& request, const std::vector<store::Realm>& all)
{
    const auto& fields = request.method == Method::Post ? request.form : request.query;
    const auto said = fields.find("account");
    if (said != fields.end()) return tenant_in(said->second);
    if (request.method == Method::Post || all.empty()) return std::nullopt;
    return all.front().tenant;
}

std::string name_of(const std::vector<store::Realm>& all, TenantId tenant)
{
    const auto found = std::ranges::find(all, tenant, &store::Realm::tenant);
    return found == all.end() ? fmt::format("{}{}", realm_word, tenant) : found->name;
}

bool is_for_another(const Request& request, const Visit& visit)
{
    const auto& fields = request.method == Method::Post ? request.form : request.query;
    const auto said = fields.find("account");
    if (said == fields.end()) return request.method == Method::Post && visit.is_guest();
    return said->second != account_field(visit);
}

}  // namespace

std::string realm_field(TenantId tenant) { return fmt::format("{}{}", realm_word, tenant); }

bool may_list(const Visit& visit, const SenderPattern& sender)
{
    return !visit.is_by_link() || sender.form == SenderPattern::Form::Address;
}

bool may_change(const Visit& visit, const store::ListedEntry& listed)
{
    return may_list(visit, listed.entry.sender) || listed.origin == store::made_by_link;
}

std::string account_field(const Visit& visit)
{
    if (visit.realm) return realm_field(visit.tenant);
    return account_field(visit.tenant, visit.account);
}

std::string realm_query(const Visit& visit)
{
    return visit.realm ? "?account=" + account_field(visit) : std::string{};
}

Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work)
{
    return in_session(site, request, [&](store::Database& database, const store::Session& session) {
        const auto visit = visit_of(session);
        if (is_for_another(request, visit)) return another_account(site, database, visit.visitor());
        return work(database, visit);
    });
}

Response in_realm(const Site& site, const Request& request,
                  const std::function<Response(store::Database&, const Visit&)>& work)
{
    return in_any_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            store::Realms realms{database, token};
            auto all = session.is_administrator ? realms.all() : std::vector<store::Realm>{};
            const auto tenant = tenant_of(request, all);
            const auto role = tenant ? realms.role_in(*tenant, request.client) : std::nullopt;
            if (!role) return nothing_here(site, reader_of(site, database, session.address));
            Visit visit{*tenant, session.account, session.addresses, session};
            const store::Realm realm{*tenant, name_of(all, *tenant)};
            visit.realm = RealmVisit{realm, *role, std::move(all), token};
            return work(database, visit);
        });
}

Response in_pages(const Site& site, const Request& request, bool of_realm,
                  const std::function<Response(store::Database&, const Visit&)>& work)
{
    return of_realm ? in_realm(site, request, work) : in_account(site, request, work);
}

}  // namespace lazaret::portal
