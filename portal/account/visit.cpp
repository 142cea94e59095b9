#include "portal/account/visit.hpp"

#include "portal/notice.hpp"
#include "portal/reader.hpp"
#include "quarantine-store/accounts.hpp"

namespace lazaret::portal {
namespace {

Response over(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    return notice_page(site, reader,
                       {403, reader.words("Open it from your report"),
                        reader.words("Your visit is over, or did not begin. The link at the "
                                     "head of your report opens it.")});
}

}  // namespace

Response in_session(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work)
{
    const auto session = open_session(site.keys, site.cookie().find(request.cookies), site.now());
    if (!session) return over(site, request);
    return site.databases.with([&](store::Database& database) {
        const Visit visit{session->tenant, session->account,
                          store::addresses_of(database, session->tenant, session->account)};
        return visit.addresses.empty() ? over(site, request) : work(database, visit);
    });
}

}  // namespace lazaret::portal
