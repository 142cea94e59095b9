#pragma once

#include <string_view>

namespace lazaret {

/// Marks an English text of a table for the catalogues, as gettext's `N_` does; who shows it to a
/// person has it translated (Words). base/words/po/update looks for the name.
constexpr std::string_view N_(std::string_view english) { return english; }

}  // namespace lazaret
