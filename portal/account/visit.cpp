#include "portal/account/visit.hpp"

#include <algorithm>

#include "portal/in_session.hpp"

namespace lazaret::portal {

Response in_account(const Site& site, const Request& request,
                    const std::function<Response(store::Database&, const Visit&)>& work)
{
    return in_session(site, request,
                      [&](store::Database& database, const store::Session& session,
                          const std::vector<std::string>& addresses) {
                          Visit visit{session.tenant, session.account, addresses, session.expires};
                          std::stable_partition(
                              visit.addresses.begin(), visit.addresses.end(),
                              [&](const auto& one) { return one == session.address; });
                          return work(database, visit);
                      });
}

}  // namespace lazaret::portal
