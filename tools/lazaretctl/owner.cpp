#include "tools/lazaretctl/owner.hpp"

#include "base/error.hpp"
#include "base/records/address.hpp"
#include "quarantine-store/directory.hpp"

namespace lazaret::tools {

Owner owner_argument(std::string_view text)
{
    auto owner = store::parse_owner(text);
    if (owner) return *std::move(owner);
    throw Error{Error::Kind::Usage, "{:?}: {}", text, sentence(owner.error())}.with_hint(
        "write an address, @domain, or '*' for the whole site");
}

}  // namespace lazaret::tools
