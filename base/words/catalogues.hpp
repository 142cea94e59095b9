#pragma once

#include <string_view>
#include <vector>

namespace lazaret {

/// A compiled gettext catalogue (msgfmt's `.mo`).
struct Catalogue {
    std::string_view name;  ///< `fr.mo`
    std::string_view bytes;
};

/// The catalogues that are built into the program: one for each language but English.
const std::vector<Catalogue>& all_catalogues();

}  // namespace lazaret
