#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// What becomes of the wish to have an address in one's account.
struct AddressAsked {
    enum class Answer {
        Asked,        ///< a mail with a link goes there, whether somebody has that address or not
        Own,          ///< it is one of the account's already
        Foreign,      ///< its domain is none of this tenant's
        SessionOver,  ///< or no full one
    };
    Answer answer = Answer::SessionOver;
    std::optional<Moment> blocked_until{};  ///< too many: nothing was done
};

/// What a link that adds an address would do.
struct AddressOffer {
    std::string address;
    std::int64_t held = 0;      ///< copies that would come along
    bool ends_account = false;  ///< it has an account of its own, with no other address
    bool wants_code = false;    ///< that account has a second step: nothing comes by this link
};

/// The addresses of an account, for whoever is in it by a full session; each function does nothing
/// for another one. Role lazaret_portal.
class AccountAddresses {
public:
    explicit AccountAddresses(Database& database) : database_{database} {}

    /// The domains whose addresses can be added: those of the tenant.
    std::vector<std::string> domains(TenantId tenant);

    /// Orders the mail. @param network  of the client: network_of().
    AddressAsked ask(const std::string& session_token, const Address& address,
                     const std::string& network);
    /// What the link of that mail does; none when it was used, is too old, or was not asked for by
    /// this account. Changes nothing.
    std::optional<AddressOffer> of_link(const std::string& session_token,
                                        const std::string& link_token);
    /// Uses the link up. What is held for the address comes along; from an account that has no
    /// other one its lists, too, and then that account ends, with settings, password, sessions and
    /// links. Audited for both; wakes the milters. All or nothing.
    /// @return the address; none as of_link(), or where it says wants_code: the link stays good.
    std::optional<std::string> confirm(const std::string& session_token,
                                       const std::string& link_token, const std::string& client);
    /// Takes an address out, with what is held for it: it has an account of its own from then on.
    /// @return false when it is not one of the account's, or the last.
    bool remove(const std::string& session_token, const std::string& address,
                const std::string& client);

private:
    Database& database_;
};

}  // namespace lazaret::store
