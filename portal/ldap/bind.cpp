#include "portal/ldap/bind.hpp"

#include <fmt/format.h>
#include <ldap.h>
#include <sys/time.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

constexpr auto system_certificates = "/etc/ssl/certs/ca-certificates.crt";

int unbind(LDAP* ldap) { return ldap_unbind_ext_s(ldap, nullptr, nullptr); }
using Ldap = CHandle<LDAP, unbind>;
using Message = CHandle<LDAPMessage, ldap_msgfree>;
using Text = CHandle<char, ldap_memfree>;

template <class Escape>
std::string filled(const std::string& pattern, const Address& who, Escape escape)
{
    const auto value_of = [&](std::string_view place) {
        if (place == "{address}") return who.key();
        if (place == "{local-part}") return ascii_lower(who.local);
        return who.domain;
    };
    std::string all;
    std::size_t at = 0;
    for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', at)) {
        const auto close = pattern.find('}', open);
        if (close == std::string::npos) break;
        all += pattern.substr(at, open - at);
        all += escape(value_of(std::string_view{pattern}.substr(open, close + 1 - open)));
        at = close + 1;
    }
    return all + pattern.substr(at);
}

// Trouble is what the world makes, not what a person typed.
struct Trouble {
    std::string what;
};

std::string text_of(int code) { return ldap_err2string(code); }

// What stands behind an answer, where there is more than its number says. libldap tells trouble
// with a certificate as if nobody were there.
std::string reason(LDAP* ldap, int code)
{
    if (code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR)
        return fmt::format("{}, or its certificate is not good for the host", text_of(code));
    char* raw = nullptr;
    ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &raw);
    const Text more{raw};
    return more && *more ? fmt::format("{} ({})", text_of(code), valid_utf8(more.get()))
                         : text_of(code);
}

// A connection with TLS on which nobody is bound yet.
class Directory {
public:
    explicit Directory(const ConnectorConfig& connector) : connector_{connector}
    {
        LDAP* raw = nullptr;
        if (const int code = ldap_initialize(&raw, connector.url.c_str()); code != LDAP_SUCCESS)
            throw Trouble{text_of(code)};
        ldap_.reset(raw);
        // All by itself: what a ldap.conf of this machine says holds for others.
        const timeval patience{connector.timeout.count() / 1000,
                               connector.timeout.count() % 1000 * 1000};
        const int version = LDAP_VERSION3;
        const int demand = LDAP_OPT_X_TLS_DEMAND;
        const int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
        const int client = 0;
        set(LDAP_OPT_PROTOCOL_VERSION, &version);
        set(LDAP_OPT_NETWORK_TIMEOUT, &patience);
        set(LDAP_OPT_TIMEOUT, &patience);
        set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
        set(LDAP_OPT_RESTART, LDAP_OPT_OFF);
        set(LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
        set(LDAP_OPT_X_TLS_PROTOCOL_MIN, &least);
        const auto* trusted =
            connector.ca_file.empty() ? system_certificates : connector.ca_file.c_str();
        set(LDAP_OPT_X_TLS_CACERTFILE, trusted);
        if (ldap_set_option(ldap_.get(), LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS)
            throw Trouble{fmt::format("the certificates in {} cannot be used", trusted)};
        const bool is_tls = connector.url.starts_with("ldaps:");
        const int code =
            is_tls ? ldap_connect(ldap_.get()) : ldap_start_tls_s(ldap_.get(), nullptr, nullptr);
        if (code != LDAP_SUCCESS) throw Trouble{reason(ldap_.get(), code)};
    }

    int bind(const std::string& dn, const std::string& password)
    {
        berval secret{password.size(), const_cast<char*>(password.data())};
        return ldap_sasl_bind_s(ldap_.get(), dn.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr,
                                nullptr, nullptr);
    }

    // Nobody in particular may look where no `bind_dn` is set.
    void bind_to_look()
    {
        if (connector_.bind_dn.empty()) return;
        const int code = bind(connector_.bind_dn, connector_.bind_password);
        if (code != LDAP_SUCCESS) throw Trouble{"bind_dn: " + why(code)};
    }

    // The DN of the only entry; none when there is no such one, or more than one.
    std::optional<std::string> find(const std::string& filter, int scope)
    {
        char none[] = LDAP_NO_ATTRS;
        char* attributes[] = {none, nullptr};
        LDAPMessage* raw = nullptr;
        constexpr int most = 2;
        const int code =
            ldap_search_ext_s(ldap_.get(), connector_.base.c_str(), scope, filter.c_str(),
                              attributes, 0, nullptr, nullptr, nullptr, most, &raw);
        const Message found{raw};
        const bool has_more = code == LDAP_SIZELIMIT_EXCEEDED;
        if (code != LDAP_SUCCESS && !has_more) throw Trouble{"search: " + why(code)};
        const int count = found ? ldap_count_entries(ldap_.get(), found.get()) : 0;
        if (has_more || count > 1)
            log::warning("sign-in refused: a filter finds more than one entry",
                         {{"server", connector_.url}});
        if (has_more || count != 1) return std::nullopt;
        const Text dn{ldap_get_dn(ldap_.get(), ldap_first_entry(ldap_.get(), found.get()))};
        return dn ? std::optional<std::string>{dn.get()} : std::nullopt;
    }

    std::string why(int code) { return reason(ldap_.get(), code); }

private:
    void set(int option, const void* value)
    {
        // What libldap does not know would be a check that is not made.
        if (ldap_set_option(ldap_.get(), option, value) != LDAP_OPT_SUCCESS)
            throw Trouble{fmt::format("libldap takes no option {:#x}", option)};
    }

    const ConnectorConfig& connector_;
    Ldap ldap_;
};

ConnectorAnswer answer_of(Directory& directory, int code)
{
    switch (code) {
        case LDAP_SUCCESS: return ConnectorAnswer::Accepted;
        // How directories say that somebody is not there, has no password, or may not come in.
        case LDAP_INVALID_CREDENTIALS:
        case LDAP_INAPPROPRIATE_AUTH:
        case LDAP_NO_SUCH_OBJECT:
        case LDAP_INVALID_DN_SYNTAX:
        case LDAP_CONSTRAINT_VIOLATION:
        case LDAP_INSUFFICIENT_ACCESS:
        case LDAP_UNWILLING_TO_PERFORM: return ConnectorAnswer::Wrong;
        default: throw Trouble{directory.why(code)};
    }
}

ConnectorAnswer bind_as(const ConnectorConfig& connector, const Address& who,
                        const std::string& password)
{
    Directory directory{connector};
    if (!connector.dn.empty())
        return answer_of(directory, directory.bind(filled_dn(connector.dn, who), password));
    directory.bind_to_look();
    const auto dn = directory.find(filled_filter(connector.filter, who), LDAP_SCOPE_SUBTREE);
    // Who is not there is not told sooner than a wrong password.
    const int code = directory.bind(dn ? *dn : connector.base, password);
    return dn ? answer_of(directory, code) : ConnectorAnswer::Wrong;
}

}  // namespace

std::string filled_dn(const std::string& pattern, const Address& who)
{
    return filled(pattern, who, [](const std::string& value) {
        std::string escaped;
        for (const char one : value) {
            const bool is_plain = (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') ||
                                  (one >= '0' && one <= '9') || one == '.' || one == '-' ||
                                  one == '_' || one == '@';
            if (is_plain) escaped += one;
            else escaped += fmt::format("\\{:02X}", static_cast<unsigned char>(one));
        }
        return escaped;
    });
}

std::string filled_filter(const std::string& pattern, const Address& who)
{
    return filled(pattern, who, [](const std::string& value) {
        berval in{value.size(), const_cast<char*>(value.data())};
        berval out{};
        if (ldap_bv2escaped_filter_value(&in, &out) != 0)
            throw Trouble{"libldap escapes no value of a filter"};
        const Text owned{out.bv_val};
        return std::string{out.bv_val, out.bv_len};
    });
}

ConnectorAnswer ask_ldap(const ConnectorConfig& connector, const Address& who,
                         const std::string& password)
{
    if (password.empty()) return ConnectorAnswer::Wrong;
    try {
        return bind_as(connector, who, password);
    } catch (const Trouble& trouble) {
        // Not an edge: here it is known that the directory is meant.
        log::warning("sign-in server away", {{"server", connector.url}, {"why", trouble.what}});
        return ConnectorAnswer::Away;
    }
}

std::string ldap_trouble(const ConnectorConfig& connector)
{
    try {
        Directory directory{connector};
        if (connector.base.empty()) return {};
        directory.bind_to_look();
        if (!directory.find("(objectClass=*)", LDAP_SCOPE_BASE))
            return fmt::format("base {} is not there", connector.base);
        return {};
    } catch (const Trouble& trouble) {
        return trouble.what;
    }
}

}  // namespace lazaret::portal
