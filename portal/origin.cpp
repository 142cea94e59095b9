#include "portal/origin.hpp"

#include "base/records/address.hpp"
#include "base/text.hpp"

namespace lazaret::portal {

std::string origin_of(std::string_view url)
{
    constexpr std::string_view between = "://";
    const auto scheme_ends = url.find(between);
    const auto scheme = ascii_lower(url.substr(0, scheme_ends));
    url.remove_prefix(scheme_ends + between.size());
    url = url.substr(0, url.find_first_of("/?#"));
    // A colon within brackets is one of an IPv6 address.
    const auto colon = url.find(':', url.rfind(']') == url.npos ? 0 : url.rfind(']'));
    const auto host = url.substr(0, colon);
    const auto port = colon == url.npos ? std::string_view{} : url.substr(colon);
    const auto domain = parse_domain(host);
    const bool is_usual =
        (scheme == "https" && port == ":443") || (scheme == "http" && port == ":80") || port == ":";
    return scheme + std::string{between} + (domain ? *domain : ascii_lower(host)) +
           (is_usual ? std::string{} : std::string{port});
}

}  // namespace lazaret::portal
