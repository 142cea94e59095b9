#include "portal/account/visit.hpp"

#include <fmt/format.h>

#include <algorithm>

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

bool is_for_another(const Request& request, const Visit& visit)
{
    const auto& fields = request.method == Method::Post ? request.form : request.query;
    const auto said = fields.find("account");
    if (said == fields.end()) return request.method == Method::Post && visit.is_guest();
    return said->second != account_field(visit);
}

Response another_account(const Site& site, store::Database& database, const Visit& visit)
{
    const auto reader = reader_of(site, database, visit.visitor());
    Notice notice{409, reader.words("Nothing was changed"),
                  reader.words("You now see another quarantine than the one that this was about. "
                               "Open the page once more.")};
    notice.link = site.prefix + "/account";
    notice.link_text = reader.words("Quarantine");
    return notice_page(site, reader, notice);
}

}  // namespace

std::string account_field(const Visit& visit)
{
    return fmt::format("{}.{}", visit.tenant, visit.account);
}

Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work)
{
    return in_session(site, request, [&](store::Database& database, const store::Session& session) {
        const auto visit = visit_of(session);
        if (is_for_another(request, visit)) return another_account(site, database, visit);
        return work(database, visit);
    });
}

}  // namespace lazaret::portal
