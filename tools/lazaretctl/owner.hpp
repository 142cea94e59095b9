#pragma once

#include <string>
#include <string_view>

#include "base/records/settings.hpp"
#include "base/result.hpp"

namespace lazaret::tools {

/// Whose entry or setting the administrator means, before the database was asked: an address has
/// Level::Address here even where the store turns it into an account.
///
/// Reads `*` (the site), `@example.org` (a domain) or `bob@example.org`; `site` and `tenant:3`
/// too, as the log and `settings get` write them.
/// @return the owner, or a sentence that says what is wrong.
Result<Owner, std::string> parse_owner(std::string_view text);

/// The owner as parse_owner() reads it: `*`, `@example.org`, `bob@example.org`, `tenant:3`.
std::string owner_text(const Owner& owner);

/// parse_owner() for the command line: throws Error{Usage} with the sentence.
Owner owner_argument(std::string_view text);

}  // namespace lazaret::tools
