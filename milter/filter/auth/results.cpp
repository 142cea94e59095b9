#include "milter/filter/auth/results.hpp"

#include <array>

namespace lazaret::filter::auth {

std::string_view token(Result result)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"});
    return names[static_cast<std::size_t>(result)];
}

std::string_view token(DmarcResult::Policy policy)
{
    constexpr auto names = std::to_array<std::string_view>({"none", "quarantine", "reject"});
    return names[static_cast<std::size_t>(policy)];
}

}  // namespace lazaret::filter::auth
