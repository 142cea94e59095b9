#include "tools/lazaretctl/owner.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/error.hpp"
#include "base/records/address.hpp"

namespace lazaret::tools {
namespace {

Result<Owner, std::string> parse_tenant(std::string_view number)
{
    TenantId id{};
    const auto* const last = number.data() + number.size();
    const auto [end, code] = std::from_chars(number.data(), last, id);
    if (code != std::errc{} || end != last || id < 1)
        return because(fmt::format("{:?} is not the number of a tenant", number));
    return Owner::tenant(id);
}

}  // namespace

Result<Owner, std::string> parse_owner(std::string_view text)
{
    constexpr std::string_view tenant = "tenant:";
    if (text == "*" || text == "site") return Owner::site();
    if (text.starts_with(tenant)) return parse_tenant(text.substr(tenant.size()));
    if (text.starts_with('@')) {
        const auto domain = parse_domain(text.substr(1));
        if (domain) return Owner::domain(*domain);
        return because(fmt::format("{:?}: {}", text, sentence(domain.error())));
    }
    const auto address = parse_address(text);
    if (address) return Owner::address(address->key());
    return because(fmt::format("{:?}: {}", text, sentence(address.error())));
}

std::string owner_text(const Owner& owner)
{
    switch (owner.level) {
        case Level::Site: return "*";
        case Level::Domain: return "@" + owner.name;
        case Level::Address: return owner.name;
        case Level::Tenant:
        case Level::Account: break;
    }
    return owner.text();
}

Owner owner_argument(std::string_view text)
{
    auto owner = parse_owner(text);
    if (owner) return *std::move(owner);
    throw Error{Error::Kind::Usage, "{}", owner.error()}.with_hint(
        "write an address, @domain, or '*' for the whole site");
}

}  // namespace lazaret::tools
