#include "tools/lazaretctl/envelope_options.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "base/error.hpp"
#include "milter/filter/auth/ip_address.hpp"

namespace lazaret::tools {

void add_envelope_options(CommandOptions& options, EnvelopeOptions& chosen)
{
    options.add_option("--client", chosen.client,
                       "address of the client that sent it; none is a stranger");
    options.add_option("--client-name", chosen.client_name,
                       "the client's name as the MTA found it, or unknown; without it, the DNS is "
                       "asked");
    options.add_option("--helo", chosen.helo, "what the client said in HELO");
    options.add_option("--from", chosen.from, "MAIL FROM; <> is the null sender");
}

Envelope envelope_of(const EnvelopeOptions& chosen)
{
    if (!chosen.client.empty() && !filter::auth::IpAddress::parse(chosen.client))
        throw Error{Error::Kind::Usage, "--client {:?} is no IP address", chosen.client};
    if (chosen.client.empty() && !chosen.client_name.empty())
        throw Error{Error::Kind::Usage, "--client-name is nothing without --client"};
    Envelope envelope;
    envelope.client_ip = chosen.client;
    envelope.client_name = chosen.client_name;
    envelope.helo = chosen.helo;
    envelope.sender_verbatim = chosen.from;
    if (!chosen.from.empty() && chosen.from != "<>")
        envelope.sender = address_option("--from", chosen.from);
    return envelope;
}

void name_client(Envelope& envelope, const Judge& judge)
{
    if (envelope.client_ip.empty() || !envelope.client_name.empty()) return;
    if (judge.is_ours(envelope.client_ip)) return;  // of its mail nothing is looked at
    if (auto name = judge.client_name(envelope.client_ip)) envelope.client_name = *std::move(name);
    else
        fmt::print(stderr,
                   "lazaretctl: the name of client {} is not known: it is judged as one without; "
                   "--client-name says it\n",
                   envelope.client_ip);
}

Address address_option(const char* name, const std::string& text)
{
    auto address = parse_address(text);
    if (address) return *std::move(address);
    throw Error{Error::Kind::Usage, "{} {:?}: {}", name, text, sentence(address.error())};
}

}  // namespace lazaret::tools
