#include "portal/curl/one_click.hpp"

#include <sys/socket.h>

#include "portal/curl/public_address.hpp"
#include "portal/curl/transfer.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_url = 2'000;
constexpr std::size_t longest_answer = 64 * 1024;
constexpr int https_port = 443;

struct Judge {
    const OneClickRules& rules;
    bool refused = false;
};

bool may_be_asked(const Endpoint& endpoint, const OneClickRules& rules)
{
    if (rules.also.hold(endpoint.address)) return true;
    return endpoint.port == https_port && is_public_address(endpoint.address);
}

curl_socket_t open_socket(void* data, curlsocktype /*purpose*/, curl_sockaddr* address)
{
    auto& judge = *static_cast<Judge*>(data);
    if (!may_be_asked(endpoint_of(address->addr), judge.rules)) {
        judge.refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t count_body(char* /*data*/, std::size_t size, std::size_t count, void* sum)
{
    auto& all = *static_cast<std::size_t*>(sum);
    all += size * count;
    return all > longest_answer ? 0 : size * count;
}

using CurlUrl = CHandle<CURLU, curl_url_cleanup>;

std::optional<std::string> part_of(CURLU* url, CURLUPart part)
{
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
    const CHandle<char, curl_free> owner{text};
    return std::string{text};
}

}  // namespace

std::optional<std::string> one_click_host(const std::string& url)
{
    if (url.size() > longest_url) return std::nullopt;
    for (const char c : url)
        if (c <= ' ' || c > '~' || c == '\\') return std::nullopt;
    const CurlUrl parsed{curl_url()};
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return std::nullopt;
    if (part_of(parsed.get(), CURLUPART_SCHEME) != "https") return std::nullopt;
    if (part_of(parsed.get(), CURLUPART_USER) || part_of(parsed.get(), CURLUPART_PASSWORD))
        return std::nullopt;
    return part_of(parsed.get(), CURLUPART_HOST);
}

OneClickAnswer ask_to_unsubscribe(const std::string& url, const OneClickRules& rules)
{
    if (!one_click_host(url)) return {.trouble = "the address is not one that is asked"};
    Judge judge{rules};
    std::size_t received = 0;
    Transfer transfer{{url, "https", rules.ca_file, rules.timeout}};
    transfer.set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    transfer.set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&judge));
    transfer.set(CURLOPT_WRITEFUNCTION, count_body);
    transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&received));
    transfer.set(CURLOPT_POSTFIELDS, "List-Unsubscribe=One-Click");
    transfer.set(CURLOPT_USERAGENT, "Lazaret");
    transfer.set(CURLOPT_FRESH_CONNECT, 1L);
    // A stranger's name servers may be silent: libcurl would wait for the resolver beyond the
    // timeout.
    transfer.set(CURLOPT_QUICK_EXIT, 1L);
    if (transfer.run() != CURLE_OK)
        return {.trouble = judge.refused ? "the address leads to a place that is not asked"
                                         : transfer.trouble()};
    return {.status = static_cast<int>(transfer.status())};
}

}  // namespace lazaret::portal
