#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config/sign_in.hpp"
#include "base/records/address.hpp"
#include "portal/turns.hpp"

namespace lazaret::portal {

/// What a server that keeps passwords says to one.
enum class ConnectorAnswer {
    Accepted,
    Wrong,  ///< or there is nobody of that name; one is not told from the other
    Away,   ///< it could not be asked, or could not say; the log has the reason
};

/// Asks the server of a connector by its kind. Never throws; bounded by its timeout. Neither the
/// password nor a name is written anywhere.
ConnectorAnswer ask_server(const ConnectorConfig& connector, const Address& who,
                           const std::string& password);

/// Whose passwords are kept elsewhere, and the way there: a few at a time, since a server that is
/// slow shall not take all threads that answer; OpenID providers (portal/openid/) take the same
/// turns. Threads share one.
class Connectors {
public:
    using Ask =
        std::function<ConnectorAnswer(const ConnectorConfig&, const Address&, const std::string&)>;
    struct Options {
        std::size_t at_once = 4;
        std::size_t waiting = 2;                    ///< more are sent away at once
        std::chrono::milliseconds patience{5'000};  ///< of those that wait
    };

    Connectors() : Connectors{SignInConfig{}, Options{}} {}
    Connectors(SignInConfig config, Options options, Ask ask = ask_server);

    /// The server that lets a mailbox (Address::key()) in; null: we do.
    [[nodiscard]] const ConnectorConfig* server_of(std::string_view mailbox) const;
    /// As SignInConfig::provider().
    [[nodiscard]] const ConnectorConfig* provider(std::string_view issuer) const
    {
        return config_.provider(issuer);
    }
    /// All of them, in the order of the settings.
    [[nodiscard]] const std::vector<ConnectorConfig>& all() const { return config_.connectors; }

    /// A place among those that may ask; given back at its end.
    class Turn {
    public:
        Turn(Connectors& owner, Turns::Turn place) : owner_{&owner}, place_{std::move(place)} {}

        /// @param mailbox  that connector's. An empty password is none, and nobody is asked: a
        /// directory would take it for a bind of nobody, and say yes (RFC 4513 5.1.2).
        [[nodiscard]] ConnectorAnswer ask(const ConnectorConfig& connector,
                                          std::string_view mailbox,
                                          const std::string& password) const;

    private:
        Connectors* owner_;
        Turns::Turn place_;
    };
    /// None when too many ask and too many wait.
    std::optional<Turn> take_turn();

private:
    const SignInConfig config_;
    const Ask ask_;
    Turns turns_;
};

/// The same with the secrets that stand in files of their own. Throws Error{Setup} for a file that
/// is not there, is everybody's, or holds no secret.
SignInConfig with_secrets(SignInConfig config);

/// What is wrong with the files that connectors name, a line each. Asks nobody.
std::vector<std::string> connector_file_troubles(const SignInConfig& config);

/// A line for each server: `ok: URL`, or `trouble: URL: what`: it does not answer, its certificate
/// is not good, a search may not look, it is no provider. Signs nobody in.
std::vector<std::string> try_servers(const SignInConfig& config);

}  // namespace lazaret::portal
