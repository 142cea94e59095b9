#include "tools/lazaretctl/envelope_options.hpp"

#include "base/error.hpp"

namespace lazaret::tools {

void add_envelope_options(CommandOptions& options, EnvelopeOptions& chosen)
{
    options.add_option("--client", chosen.client,
                       "address of the client that sent it; none is a stranger");
    options.add_option("--helo", chosen.helo, "what the client said in HELO");
    options.add_option("--from", chosen.from, "MAIL FROM; <> is the null sender");
}

Envelope envelope_of(const EnvelopeOptions& chosen)
{
    Envelope envelope;
    envelope.client_ip = chosen.client;
    envelope.helo = chosen.helo;
    envelope.sender_verbatim = chosen.from;
    if (!chosen.from.empty() && chosen.from != "<>")
        envelope.sender = address_option("--from", chosen.from);
    return envelope;
}

Address address_option(const char* name, const std::string& text)
{
    auto address = parse_address(text);
    if (address) return *std::move(address);
    throw Error{Error::Kind::Usage, "{} {:?}: {}", name, text, sentence(address.error())};
}

}  // namespace lazaret::tools
