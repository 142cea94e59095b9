#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/config/sign_in.hpp"
#include "base/result.hpp"
#include "base/shared_state.hpp"
#include "portal/openid/attempt.hpp"
#include "portal/openid/https.hpp"

namespace lazaret::portal {

/// Why a provider lets nobody in. The log has the rest.
enum class OpenIdFault {
    Away,       ///< it could not be asked, or answers as no provider does
    Refused,    ///< the code is none of its, or no longer
    NotProven,  ///< what it says is not for us, or not from it
    NoAddress,  ///< it knows no address of him, or does not call it verified
};

/// What came back with the browser.
struct OpenIdReturn {
    std::string code{};
    std::string issuer{};  ///< RFC 9207; empty: it was not said
};

/// The providers of OpenID Connect, asked by the authorization code flow with PKCE. Threads share
/// one. Each call is bounded by the connector's timeout, over all that it asks.
///
/// No library does this whole: libiddawc bounds neither times nor sizes and takes no authority of
/// one's own. So libcurl asks, and libcjose checks what is signed.
class OpenIdProviders {
public:
    using Ask = std::function<HttpsAnswer(const HttpsQuestion&)>;

    explicit OpenIdProviders(Ask ask = ask_https, Now now = system_now);

    /// Where the browser is to go. @param back  where it is to be sent from there.
    /// @param hint  an address that somebody typed; may be empty.
    Result<std::string, OpenIdFault> begin(const ConnectorConfig& connector,
                                           const OpenIdAttempt& attempt, const std::string& back,
                                           const std::string& hint);

    /// Whose browser came back: his mailbox (Address::key()), in whichever domain.
    Result<std::string, OpenIdFault> finish(const ConnectorConfig& connector,
                                            const OpenIdAttempt& attempt, const std::string& back,
                                            const OpenIdReturn& came);

    /// Whether an attempt comes back for the first time, to this process. The provider takes no
    /// code twice either.
    bool is_first_return(const OpenIdAttempt& attempt);

    /// What keeps a provider from being asked; empty when nothing does.
    std::string trouble(const ConnectorConfig& connector);

private:
    /// What a provider says of itself (OpenID Connect Discovery 3).
    struct Metadata {
        std::string authorization{};
        std::string token{};
        std::string keys{};
        std::string userinfo{};  ///< empty: it has none
        bool takes_secret_in_form = false;
        bool names_itself = false;  ///< in each return (RFC 9207)
    };
    struct Known {
        Metadata metadata{};
        Moment until{};
    };
    class Visit;

    Metadata metadata_of(Visit& visit);

    const Ask ask_;
    const Now now_;
    Locked<std::map<std::string, Known>> known_{};      ///< by issuer
    Locked<std::map<std::string, Moment>> returned_{};  ///< states, until they are over anyway
};

}  // namespace lazaret::portal
