#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/records/address.hpp"

namespace lazaret {

/// One RCPT TO.
struct Recipient {
    std::string verbatim;            ///< as the client wrote it, brackets too
    std::string canonical;           ///< as the MTA understood it (macro rcpt_addr); may be empty
    std::optional<Address> address;  ///< none when nothing of it is a domain
};

/// What is known of a message besides its bytes.
struct Envelope {
    std::string queue_id;     ///< macro i; empty when the MTA gave none
    std::string client_name;  ///< as the MTA resolved it, or an address in brackets
    std::string client_ip;    ///< text of the IPv4 or IPv6 address; empty when local
    std::string helo;
    std::string sender_verbatim;                 ///< MAIL FROM as given, brackets too
    std::optional<Address> sender;               ///< none for the null sender and malformed ones
    std::vector<std::string> sender_parameters;  ///< ESMTP parameters, for instance BODY=8BITMIME
    std::string authenticated_user;  ///< macro auth_authen; empty when not authenticated
    std::vector<Recipient> recipients;
};

}  // namespace lazaret
