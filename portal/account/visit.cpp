#include "portal/account/visit.hpp"

#include "portal/in_session.hpp"

namespace lazaret::portal {

Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work)
{
    return in_session(site, request,
                      [&](store::Database& database, const store::Session& session,
                          const std::vector<std::string>& addresses) {
                          return work(database, Visit{session.tenant, session.account, addresses});
                      });
}

}  // namespace lazaret::portal
