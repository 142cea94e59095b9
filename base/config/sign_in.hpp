#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// [[sign_in.connector]]: where the passwords of some domains are kept, or who else lets their
/// people in.
struct ConnectorConfig {
    enum class Kind {
        Password,  ///< with us, chosen by a link that is mailed: an exception from `*`
        Imap,      ///< with an IMAP server
        Ldap,      ///< with a directory
        OpenId,    ///< with an OpenID provider, which shows us none
    };
    enum class Login { Address, LocalPart };

    std::vector<std::string> domains;  ///< in the form of Address::domain; `*`: all that are ours
    Kind kind = Kind::Password;
    std::string url;      ///< always TLS: imap:// and ldap:// begin it
    std::string ca_file;  ///< whose certificates are good; empty: the system's
    std::chrono::milliseconds timeout{10'000};  ///< of one try, or of a step of it
    Login login = Login::Address;               ///< how the IMAP server calls people
    /// LDAP: whom to bind as, with {address}, {local-part}, {domain} ...
    std::string dn;
    /// ... or where and by what filter he is found, and who may look; nobody in particular when
    /// `bind_dn` is empty.
    std::string base;
    std::string filter;
    std::string bind_dn;
    std::string bind_password;
    /// OpenID Connect: the provider, as it calls itself; and who we are there. Without a secret we
    /// are a public client.
    std::string issuer;
    std::string client_id;
    std::string client_secret;
    std::string client_secret_file;       ///< where it stands instead; empty: nowhere
    std::string name;                     ///< for the button; empty: the issuer's host
    std::string address_claim = "email";  ///< which claim is somebody's address
    bool trust_addresses = false;         ///< also those that the provider does not call verified

    bool operator==(const ConnectorConfig&) const = default;
};

/// [sign_in]: who signs in by which way.
struct SignInConfig {
    std::vector<ConnectorConfig> connectors;

    /// The server that lets the people of a domain in; null: their passwords are kept here. A
    /// connector that names the domain comes before the one of `*`.
    [[nodiscard]] const ConnectorConfig* server_of(std::string_view domain) const;
    /// The connector of an OpenID provider; null when there is none.
    [[nodiscard]] const ConnectorConfig* provider(std::string_view issuer) const;

    bool operator==(const SignInConfig&) const = default;
};

class SettingsFile;

/// Reads [sign_in]; adds a line to `problems` for each mistake.
SignInConfig read_sign_in(SettingsFile& file, std::vector<std::string>& problems);

}  // namespace lazaret
