#pragma once

#include <string>

#include "portal/connectors.hpp"

namespace lazaret::portal {

/// Binds to a directory (libldap) as somebody, over ldaps or StartTLS, with a certificate that is
/// good for the host; follows no referrals. Whom to bind as, a template of the DN says, or a search
/// that must find exactly one entry.
ConnectorAnswer ask_ldap(const ConnectorConfig& connector, const Address& who,
                         const std::string& password);

/// Connects, binds as the one who may look, and looks for the base; empty when that went well.
std::string ldap_trouble(const ConnectorConfig& connector);

/// A template with its places filled by what stands in an address, each value escaped so that it
/// can only be a value: in a DN (RFC 4514), or in a filter (RFC 4515).
std::string filled_dn(const std::string& pattern, const Address& who);
std::string filled_filter(const std::string& pattern, const Address& who);

}  // namespace lazaret::portal
