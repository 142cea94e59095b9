#include <string>
#include <vector>

#include "portal/http_server.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto field = fuzz::text_of(data, size);
    static const auto proxies =
        Networks::parse(std::vector<std::string>{"127.0.0.0/8", "2001:db8::/32"});
    fuzz::promise(portal::client_of("192.0.2.1", field, proxies) == "192.0.2.1",
                  "nobody but a proxy is asked who is behind him");
    const auto client = portal::client_of("127.0.0.1", field, proxies);
    fuzz::promise(Networks::is_network(client) && client.find('/') == std::string::npos,
                  "a client is an address");
    return 0;
}
