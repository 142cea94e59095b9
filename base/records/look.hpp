#pragma once

#include <string>
#include <string_view>

#include "base/records/settings.hpp"

namespace lazaret {

/// How what Lazaret sends and shows looks: of the site, or of one recipient.
struct Look {
    std::string name;                ///< at the head; when empty the reader's word for quarantine
    std::string colour = "#1d4e89";  ///< of the head, as #rrggbb
    std::string help_url;            ///< the help link; when empty there is none
    std::string footer;              ///< one line of text at the foot; may be empty
    std::string logo;                ///< file of a picture beside the name, see Logos; may be empty

    bool operator==(const Look&) const = default;
};

/// The site's look with what `settings` has of its own.
Look look_of(Look site, const Settings& settings);

/// `#ffffff` or `#000000`, whichever has the better contrast on `colour` (WCAG 2.2, 1.4.3: the
/// better of the two always has at least 4.5).
std::string_view ink_on(std::string_view colour);

/// What may stand in each of them, and in a sender's name: no characters that end a line, or that
/// turn the text around them.
bool is_one_line(std::string_view text);
bool is_web_address(std::string_view text);
bool is_colour(std::string_view text);
/// A file name of letters, digits, `-` and `_` that ends in .png, .jpg or .gif.
bool is_logo_name(std::string_view text);

}  // namespace lazaret
