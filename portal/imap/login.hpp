#pragma once

#include <string>

#include "portal/connectors.hpp"

namespace lazaret::portal {

/// Signs in to an IMAP server (libcurl) by SASL PLAIN or LOGIN, over TLS and with a certificate
/// that is good for the host, and signs out again. Looks at no mailbox. Wrong only when the server
/// itself says NO, and not for a trouble of its own (RFC 5530 UNAVAILABLE).
ConnectorAnswer ask_imap(const ConnectorConfig& connector, const Address& who,
                         const std::string& password);

/// Connects and says good-bye; empty when that went well.
std::string imap_trouble(const ConnectorConfig& connector);

}  // namespace lazaret::portal
