#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/words/words.hpp"

namespace lazaret::portal {

/// Parts of the page of settings, in its order.
enum class SettingsGroup { Language, Reports, Newsletters };

/// A setting as the page asks for it: one of a list, so that nothing is typed.
struct SettingsField {
    std::string_view name;  ///< one of store::own_settings; also of the form's field
    SettingsGroup group;
};
const std::vector<SettingsField>& settings_fields();

std::string group_title(const Words& words, SettingsGroup group);
std::string field_label(const Words& words, std::string_view name);

/// What may be chosen, value and label, in the order in which it is offered.
std::vector<std::pair<std::string, std::string>> choices_of(const Words& words,
                                                            std::string_view name);

/// How a value is called, also one that an administrator alone may set.
std::string value_label(const Words& words, std::string_view name, const std::string& value);

/// What a form asks for: each of the fields that it has to a value, or to none for what is left to
/// an administrator (an empty one).
struct WrittenSettings {
    std::map<std::string, std::optional<std::string>> wanted{};
    std::map<std::string, std::string> problems{};  ///< by field: a sentence that says what to do
};
WrittenSettings read_settings(const Words& words, const std::map<std::string, std::string>& form);

}  // namespace lazaret::portal
