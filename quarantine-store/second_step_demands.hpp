#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/records/settings.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// Somebody who has a password here, and no second step.
struct WithoutStep {
    std::string address{};     ///< his oldest
    bool is_demanded = false;  ///< he sets one up when he signs in next
};

/// Of whom a second step is demanded when they sign in: whose password is kept here. Role
/// lazaret_admin.
class SecondStepDemands {
public:
    explicit SecondStepDemands(Database& database) : database_{database} {}

    /// Doing it twice changes nothing. Full sessions of those who have none end.
    /// @param owner  the site, a tenant or a domain. @return how many; none: there is no such
    /// owner.
    std::optional<std::int64_t> demand(const Owner& owner, const Actor& actor);
    /// @return false: it was not demanded there.
    bool free(const Owner& owner, const Actor& actor);
    /// Where it is demanded.
    std::vector<Owner> all();
    /// Those of whom it is demanded first.
    std::vector<WithoutStep> without();

private:
    Database& database_;
};

}  // namespace lazaret::store
