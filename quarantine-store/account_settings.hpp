#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/address.hpp"
#include "base/records/settings.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// The settings that the owner of an account may choose for it, in the order of the page that shows
/// them.
inline constexpr std::array<std::string_view, 9> own_settings = {
    "language",    "time_zone",     "report.frequency", "report.weekday",   "report.monthday",
    "report.hour", "report.format", "report.empty",     "action.newsletter"};

/// One of them as it stands.
struct AccountChoice {
    std::string name;
    std::string value{};      ///< what counts
    bool is_own = false;      ///< its owner chose it; else an administrator did, or nobody
    std::string otherwise{};  ///< what counts where he leaves it to his administrator
};

/// What the owner of an account chose for it. Role lazaret_portal.
class AccountSettings {
public:
    explicit AccountSettings(Database& database) : database_{database} {}

    /// All of own_settings, as they count for an address of the account.
    std::vector<AccountChoice> choices(const Address& address);

    /// Chooses for the account of a full session: name to value, or to none for what is left to an
    /// administrator. What was set for one of its addresses alone, and would win, goes where
    /// something else is chosen. Audited; wakes the milters. Throws Error{Bug} for what no account
    /// may choose: names and values were looked at before.
    /// @return false when the session is over.
    bool choose(const std::string& session_token,
                const std::map<std::string, std::optional<std::string>>& wanted,
                const std::string& client);

private:
    Database& database_;
};

}  // namespace lazaret::store
