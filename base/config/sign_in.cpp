#include "base/config/sign_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/config/section.hpp"
#include "base/records/address.hpp"

namespace lazaret {
namespace {

using namespace std::chrono_literals;
using Kind = ConnectorConfig::Kind;

constexpr std::string_view all_domains = "*";

template <class T>
struct Word {
    std::string_view word;
    T value;
};

template <class T, std::size_t count>
bool read_word(const std::string& text, const std::array<Word<T>, count>& words, T& value)
{
    const auto found =
        std::find_if(words.begin(), words.end(), [&](const auto& one) { return one.word == text; });
    if (found == words.end()) return false;
    value = found->value;
    return true;
}

constexpr std::array<Word<Kind>, 4> kinds{{{"password", Kind::Password},
                                           {"imap", Kind::Imap},
                                           {"ldap", Kind::Ldap},
                                           {"openid", Kind::OpenId}}};
constexpr std::array<Word<ConnectorConfig::Login>, 2> logins{
    {{"address", ConnectorConfig::Login::Address},
     {"local-part", ConnectorConfig::Login::LocalPart}}};

// `SCHEME://HOST` or with a port; neither names nor passwords, and nothing behind it.
bool is_server_url(std::string_view url, std::string_view scheme)
{
    if (!url.starts_with(scheme)) return false;
    url.remove_prefix(scheme.size());
    if (url.starts_with('s')) url.remove_prefix(1);
    if (!url.starts_with("://")) return false;
    url.remove_prefix(3);
    return !url.empty() && url.front() != ':' &&
           url.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
               "-._:[]") == std::string_view::npos;
}

// `https://HOST`, with a port and a path where it has them; neither names nor a query.
bool is_issuer(std::string_view url)
{
    constexpr std::string_view scheme = "https://";
    constexpr std::size_t longest = 500;
    if (url.size() > longest || !url.starts_with(scheme)) return false;
    const auto slash = std::min(url.find('/', scheme.size()), url.size());
    return is_server_url(url.substr(0, slash), "http") &&
           url.substr(slash).find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
               "-._~%/:") == std::string_view::npos;
}

// Whether a text has a place for who signs in, and no place that we do not know.
bool names_a_person(std::string_view text)
{
    bool names = false;
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{')) {
        text.remove_prefix(open);
        const auto place = text.substr(0, text.find('}') + 1);
        if (place != "{address}" && place != "{local-part}" && place != "{domain}") return false;
        names = names || place != "{domain}";
        text.remove_prefix(place.size());
    }
    return names;
}

void require_none(Section& s, std::initializer_list<std::string_view> keys, std::string_view why)
{
    for (const auto key : keys) s.require(key, !s.has(key), why);
}

void check_ldap(Section& s, const ConnectorConfig& c)
{
    s.require("dn", c.dn.empty() != (c.base.empty() && c.filter.empty()),
              "is needed, or base and filter: not both");
    if (c.dn.empty()) {
        s.require("base", !c.base.empty() || c.filter.empty(), "is needed where there is a filter");
        s.require("filter",
                  c.base.empty() || (c.filter.starts_with('(') && c.filter.ends_with(')') &&
                                     names_a_person(c.filter)),
                  "must be like \"(mail={address})\": {address}, {local-part} and {domain} are "
                  "those of who signs in");
    } else {
        s.require("dn", names_a_person(c.dn),
                  "must be like \"uid={local-part},ou=people,dc=example,dc=org\": {address}, "
                  "{local-part} and {domain} are those of who signs in");
    }
    // A bind without password is one of nobody (RFC 4513 5.1.2).
    s.require("bind_password", c.bind_dn.empty() == c.bind_password.empty(),
              "and bind_dn belong together");
    s.require("bind_dn", c.bind_dn.empty() || c.dn.empty(), "is of use only with base and filter");
}

void check_openid(Section& s, const ConnectorConfig& c)
{
    s.require("issuer", is_issuer(c.issuer),
              "must be https://HOST, with :PORT and /PATH where it has them: as the provider calls "
              "itself, letter by letter");
    s.require("client_id", !c.client_id.empty(), "is needed: by it the provider knows us");
    s.require("client_secret_file", c.client_secret_file.empty() || c.client_secret.empty(),
              "and client_secret exclude each other");
    s.require("address_claim", !c.address_claim.empty(), "must name a claim");
    s.require("address_claim", c.address_claim == "email" || c.trust_addresses,
              "other than \"email\" needs trust_addresses = true: no provider says of it that it "
              "is verified");
}

using Keys = std::initializer_list<std::string_view>;

void check_server(Section& s, const ConnectorConfig& c)
{
    const auto only = [&](std::initializer_list<Kind> kinds_with, Keys keys) {
        if (std::find(kinds_with.begin(), kinds_with.end(), c.kind) == kinds_with.end())
            require_none(s, keys, "does not belong to this kind");
    };
    only({Kind::Imap, Kind::Ldap, Kind::OpenId}, {"ca_file", "timeout"});
    only({Kind::Imap, Kind::Ldap}, {"url"});
    only({Kind::Imap}, {"login"});
    only({Kind::Ldap}, {"dn", "base", "filter", "bind_dn", "bind_password"});
    only({Kind::OpenId}, {"issuer", "client_id", "client_secret", "client_secret_file", "name",
                          "address_claim", "trust_addresses"});
    switch (c.kind) {
        case Kind::Password: break;
        case Kind::Imap:
            s.require("url", is_server_url(c.url, "imap"),
                      "must be imaps://HOST or imap://HOST, with :PORT where it has another");
            break;
        case Kind::Ldap:
            s.require("url", is_server_url(c.url, "ldap"),
                      "must be ldaps://HOST or ldap://HOST, with :PORT where it has another");
            check_ldap(s, c);
            break;
        case Kind::OpenId: check_openid(s, c); break;
    }
}

ConnectorConfig read_connector(Section& s)
{
    ConnectorConfig c;
    std::string kind;
    std::string login = "address";
    s.texts("domains", c.domains);
    s.text("kind", kind);
    s.text("url", c.url);
    s.text("ca_file", c.ca_file);
    s.duration("timeout", c.timeout, 1s, 60s);
    s.text("login", login);
    s.text("dn", c.dn);
    s.text("base", c.base);
    s.text("filter", c.filter);
    s.text("bind_dn", c.bind_dn);
    s.text("bind_password", c.bind_password);
    s.text("issuer", c.issuer);
    s.text("client_id", c.client_id);
    s.text("client_secret", c.client_secret);
    s.text("client_secret_file", c.client_secret_file);
    s.text("name", c.name);
    s.text("address_claim", c.address_claim);
    s.yes_or_no("trust_addresses", c.trust_addresses);
    s.require("domains", !c.domains.empty(), "must name domains, or \"*\" for all");
    for (auto& domain : c.domains) {
        if (domain == all_domains) continue;
        const auto read = parse_domain(domain);
        s.require("domains", read.has_value(),
                  fmt::format("has {:?}, which is not a domain", domain));
        if (read) domain = *read;
    }
    s.require("login", read_word(login, logins, c.login), "must be \"address\" or \"local-part\"");
    if (read_word(kind, kinds, c.kind)) check_server(s, c);
    else s.require("kind", false, "must be \"password\", \"imap\", \"ldap\" or \"openid\"");
    s.finish();
    return c;
}

const ConnectorConfig* connector_of(const std::vector<ConnectorConfig>& connectors,
                                    std::string_view domain)
{
    for (const auto& one : connectors)
        if (std::find(one.domains.begin(), one.domains.end(), domain) != one.domains.end())
            return &one;
    return nullptr;
}

}  // namespace

const ConnectorConfig* SignInConfig::server_of(std::string_view domain) const
{
    const auto* found = connector_of(connectors, domain);
    if (!found) found = connector_of(connectors, all_domains);
    return found && found->kind != Kind::Password ? found : nullptr;
}

const ConnectorConfig* SignInConfig::provider(std::string_view issuer) const
{
    for (const auto& one : connectors)
        if (one.kind == Kind::OpenId && one.issuer == issuer) return &one;
    return nullptr;
}

SignInConfig read_sign_in(SettingsFile& file, std::vector<std::string>& problems)
{
    SignInConfig config;
    Section whole{file, "sign_in", problems};
    whole.blocks("connector");
    const auto count = count_blocks(file, "sign_in", "connector", problems);
    for (std::size_t index = 0; index < count; ++index) {
        Section s{file, "sign_in", "connector", index, problems};
        auto one = read_connector(s);
        for (const auto& domain : one.domains)
            s.require("domains", !connector_of(config.connectors, domain),
                      fmt::format("has {:?}, which another block has, too", domain));
        s.require("issuer", one.issuer.empty() || !config.provider(one.issuer),
                  "is that of another block, too: one block may name all domains");
        config.connectors.push_back(std::move(one));
    }
    whole.finish();
    return config;
}

}  // namespace lazaret
