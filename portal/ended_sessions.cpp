#include "portal/ended_sessions.hpp"

#include <utility>

namespace lazaret::portal {

void EndedSessions::add(std::string_view token)
{
    tokens_.with([&](auto& tokens) {
        if (tokens.newer.size() >= most / 2) tokens.older = std::exchange(tokens.newer, {});
        tokens.newer.emplace(token);
    });
}

bool EndedSessions::has(std::string_view token) const
{
    return tokens_.with([key = std::string{token}](const auto& tokens) {
        return tokens.newer.contains(key) || tokens.older.contains(key);
    });
}

}  // namespace lazaret::portal
