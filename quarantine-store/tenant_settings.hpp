#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/directory.hpp"

namespace lazaret::store {

/// A setting of a realm or domain, as it stands there.
struct OwnedSetting {
    std::string name;
    std::optional<std::string> own{};       ///< chosen there
    std::string inherited{};                ///< what counts where it is not
    std::optional<Owner> inherited_from{};  ///< none: it is the default
};

/// The settings of the site, a tenant or a domain, for whoever administers that by a full session.
/// Role lazaret_portal.
class TenantSettings {
public:
    TenantSettings(Database& database, std::string session_token)
        : database_{database}, token_{std::move(session_token)}
    {
    }

    /// All there are. @param tenant  of the owner. For another than its administrator: none.
    std::vector<OwnedSetting> settings(const Owner& owner, TenantId tenant);

    /// Chooses: name to value, or to none for what is left to the level above. Audited; wakes the
    /// milters. Throws Error for what is not chosen in the pages: names and values were looked at
    /// before. @return false: he may not.
    bool choose(const Owner& owner, const std::map<std::string, std::optional<std::string>>& wanted,
                const std::string& client);

private:
    Database& database_;
    std::string token_;
};

}  // namespace lazaret::store
