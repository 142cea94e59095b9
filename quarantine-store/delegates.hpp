#pragma once

#include <string>
#include <vector>

#include "base/records/address.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// Somebody whom the owner of an account lets see it and act on it.
struct Delegate {
    std::string address{};        ///< as the owner named him
    bool gets_reports = false;    ///< the owner wants it: instead of himself
    bool has_agreed = false;      ///< the delegate does, too; until then the owner gets them
    bool sees_delivered = false;  ///< what was delivered is shown to him, and he votes on it
};

enum class DelegateAnswer {
    Added,        ///< or he was one before
    SessionOver,  ///< or no full one
    Foreign,      ///< his domain is none of this tenant's
    Own,          ///< it is an address of the account itself
    TooMany,      ///< twenty at once, or twenty within a day
};

/// The delegates of an account, for whoever is in it by a full session; each function does nothing
/// for another one. All changes are audited. Role lazaret_portal.
class Delegates {
public:
    Delegates(Database& database, std::string session_token)
        : database_{database}, token_{std::move(session_token)}
    {
    }

    /// In the order in which they were chosen.
    std::vector<Delegate> all();
    /// Whoever has that address is the delegate; an account is made when he wants to sign in.
    DelegateAnswer add(const Address& address, const std::string& client);
    /// @return false: he is none.
    bool remove(const std::string& address, const std::string& client);
    /// @param address  of a delegate; empty: the owner gets the reports himself.
    /// @return false: he is none, and nothing was changed.
    bool send_reports_to(const std::string& address, const std::string& client);
    /// @return false: he is none.
    bool show_delivered_to(const std::string& address, bool is_shown, const std::string& client);

private:
    bool was_one(const char* doing, const char* statement, const std::string& address,
                 const std::string& client);

    Database& database_;
    std::string token_;
};

}  // namespace lazaret::store
