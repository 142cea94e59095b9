#pragma once

#include <array>
#include <string_view>

#include "base/records/verdict.hpp"

namespace lazaret {

/// Everything known about an action, once. What most need of it is in verdict.hpp: token() and
/// action_of().
struct ActionInfo {
    Action id;
    std::string_view token;     ///< as in settings and the database
    std::string_view sentence;  ///< what it does, for an administrator
};

const std::array<ActionInfo, action_count>& all_actions();

}  // namespace lazaret
