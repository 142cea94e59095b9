#include "portal/connectors.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/private_file.hpp"
#include "portal/imap/login.hpp"
#include "portal/ldap/bind.hpp"
#include "portal/openid/provider.hpp"

namespace lazaret::portal {

using Kind = ConnectorConfig::Kind;

namespace {

std::string secret_trouble(const ConnectorConfig& connector)
{
    if (connector.client_secret_file.empty()) return {};
    // A try that is no edge: all that is wrong is told together.
    try {
        read_given_secret(connector.client_secret_file);
        return {};
    } catch (const Error& error) {
        return fmt::format("sign_in.connector.client_secret_file: {}; {}", error.what(),
                           error.hint());
    }
}

std::string trouble_of(const ConnectorConfig& connector)
{
    switch (connector.kind) {
        case Kind::Imap: return imap_trouble(connector);
        case Kind::Ldap: return ldap_trouble(connector);
        case Kind::OpenId: {
            auto trouble = secret_trouble(connector);
            return trouble.empty() ? OpenIdProviders{}.trouble(connector) : trouble;
        }
        case Kind::Password: break;
    }
    return {};
}

}  // namespace

ConnectorAnswer ask_server(const ConnectorConfig& connector, const Address& who,
                           const std::string& password)
{
    switch (connector.kind) {
        case Kind::Imap: return ask_imap(connector, who, password);
        case Kind::Ldap: return ask_ldap(connector, who, password);
        // Nobody types for us what only the provider is to see.
        case Kind::OpenId:
        case Kind::Password: break;
    }
    return ConnectorAnswer::Wrong;
}

Connectors::Connectors(SignInConfig config, Options options, Ask ask)
    : config_{std::move(config)},
      ask_{std::move(ask)},
      turns_{{options.at_once, options.waiting, options.patience}}
{
}

const ConnectorConfig* Connectors::server_of(std::string_view mailbox) const
{
    const auto at = mailbox.rfind('@');
    if (at == std::string_view::npos) return nullptr;
    return config_.server_of(mailbox.substr(at + 1));
}

std::optional<Connectors::Turn> Connectors::take_turn()
{
    auto place = turns_.take();
    if (!place) return std::nullopt;
    return std::optional<Turn>{std::in_place, *this, std::move(*place)};
}

ConnectorAnswer Connectors::Turn::ask(const ConnectorConfig& connector, std::string_view mailbox,
                                      const std::string& password) const
{
    const auto who = parse_address(mailbox);
    if (!who || password.empty()) return ConnectorAnswer::Wrong;
    return owner_->ask_(connector, *who, password);
}

SignInConfig with_secrets(SignInConfig config)
{
    for (auto& one : config.connectors)
        if (!one.client_secret_file.empty())
            one.client_secret = read_given_secret(one.client_secret_file);
    return config;
}

std::vector<std::string> connector_file_troubles(const SignInConfig& config)
{
    std::vector<std::string> all;
    for (const auto& one : config.connectors) {
        if (!one.ca_file.empty() && ::access(one.ca_file.c_str(), R_OK) != 0)
            all.push_back(fmt::format("sign_in.connector.ca_file: {}: {}", one.ca_file,
                                      system_error_text(errno)));
        if (auto trouble = secret_trouble(one); !trouble.empty()) all.push_back(std::move(trouble));
    }
    return all;
}

std::vector<std::string> try_servers(const SignInConfig& config)
{
    std::vector<std::string> all;
    for (const auto& one : config.connectors) {
        if (one.kind == Kind::Password) continue;
        const auto& url = one.kind == Kind::OpenId ? one.issuer : one.url;
        const auto trouble = trouble_of(one);
        all.push_back(trouble.empty() ? fmt::format("ok: {}", url)
                                      : fmt::format("trouble: {}: {}", url, trouble));
    }
    return all;
}

}  // namespace lazaret::portal
