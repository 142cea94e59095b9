#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lazaret::portal {

using Json = nlohmann::json;

/// A member of an object that is a text; empty for what is not there, or none.
inline std::string text_of(const Json& object, const std::string& name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Whether a member of an object is `true`; a text that says so is not.
inline bool is_true(const Json& object, const std::string& name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace lazaret::portal
