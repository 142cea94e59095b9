#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// [[sign_in.connector]]: where the passwords of some domains are kept.
struct ConnectorConfig {
    enum class Kind {
        Password,  ///< with us, chosen by a link that is mailed: an exception from `*`
        Imap,      ///< with an IMAP server
        Ldap,      ///< with a directory
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

    bool operator==(const ConnectorConfig&) const = default;
};

/// [sign_in]: who signs in by which way.
struct SignInConfig {
    std::vector<ConnectorConfig> connectors;

    /// The server that keeps the passwords of a domain; null: they are kept here. A connector that
    /// names the domain comes before the one of `*`.
    [[nodiscard]] const ConnectorConfig* server_of(std::string_view domain) const;

    bool operator==(const SignInConfig&) const = default;
};

class SettingsFile;

/// Reads [sign_in]; adds a line to `problems` for each mistake.
SignInConfig read_sign_in(SettingsFile& file, std::vector<std::string>& problems);

}  // namespace lazaret
