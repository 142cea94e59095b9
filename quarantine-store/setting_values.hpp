#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/records/settings.hpp"

namespace lazaret::store {

/// What was chosen, as name and value in text: how it is stored, in the database and on disk.
using SettingValues = std::map<std::string, std::string>;

SettingValues values_of(const ChosenSettings& chosen);

/// The other way. A name or value that this program does not know is logged and left out.
ChosenSettings chosen_of(const SettingValues& values);

/// The same from and to the JSON object of the table `setting`.
ChosenSettings chosen_of(std::string_view json);
SettingValues values_of(std::string_view json);
std::string json_of(const SettingValues& values);

}  // namespace lazaret::store
