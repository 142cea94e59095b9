#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace lazaret::store {

/// What the roles of milter, report and portal may do in the database, compared with what the
/// schema gives them; however they came by it. Of lazaret_admin only what it must have.
struct DifferingRights {
    std::vector<std::string> missing;  ///< `lazaret_milter may not execute lazaret.hold`
    std::vector<std::string> excess;   ///< `lazaret_report may read lazaret.held_mail (bytes)`
};
/// All four roles must be there.
DifferingRights differing_rights(pqxx::transaction_base& transaction);

}  // namespace lazaret::store
