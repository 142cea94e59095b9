#pragma once

#include <string>

#include "base/records/envelope.hpp"
#include "tools/lazaretctl/command_options.hpp"
#include "tools/lazaretctl/judge.hpp"

namespace lazaret::tools {

/// Who is to get a message when nobody is named: somebody of a domain of the site itself, for whom
/// only the site's settings and lists count. RFC 2606 keeps `.invalid` free.
inline constexpr const char* anybody = "anybody@lazaret.invalid";

/// How a message came, as --client, --client-name, --helo and --from say it.
struct EnvelopeOptions {
    std::string client, client_name, helo, from;
};
void add_envelope_options(CommandOptions& options, EnvelopeOptions& chosen);

/// Without recipients. Throws Error{Usage} when --client or --from is no address.
Envelope envelope_of(const EnvelopeOptions& chosen);

/// Gives the client the name that the MTA would have found, unless it has one. Where nobody can
/// tell, it stays one without, and standard error says so.
void name_client(Envelope& envelope, const Judge& judge);

/// Throws Error{Usage} that names the option when the text is no address.
Address address_option(const char* name, const std::string& text);

}  // namespace lazaret::tools
