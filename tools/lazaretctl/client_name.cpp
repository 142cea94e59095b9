#include "tools/lazaretctl/client_name.hpp"

#include <algorithm>
#include <cstddef>

#include "milter/filter/auth/ip_address.hpp"

namespace lazaret::tools {

using filter::auth::IpAddress;
using filter::dns::RecordType;

std::optional<std::string> client_name(filter::dns::View& dns, const std::string& ip)
{
    const auto client = IpAddress::parse(ip);
    if (!client) return std::nullopt;
    const auto zone = client->is_v4() ? ".in-addr.arpa" : ".ip6.arpa";
    const auto type = client->is_v4() ? RecordType::A : RecordType::Aaaa;
    const auto& reverse = dns.ask({filter::dns::reversed(client->text()) + zone, RecordType::Ptr});
    bool all_said = reverse.is_found() || reverse.is_void();
    constexpr std::size_t most_names = 10;  // as many as SPF looks at (RFC 7208 4.6.4)
    for (std::size_t at = 0; at < std::min(reverse.records.size(), most_names); ++at) {
        const auto& name = reverse.records[at];
        const auto& addresses = dns.ask(filter::dns::question(name, type));
        all_said = all_said && (addresses.is_found() || addresses.is_void());
        const auto is_client = [&](const std::string& text) {
            const auto address = IpAddress::parse(text);
            return address && address->text() == client->text();
        };
        if (std::ranges::any_of(addresses.records, is_client)) return name;
    }
    if (!all_said) return std::nullopt;
    return '[' + ip + ']';
}

}  // namespace lazaret::tools
