#pragma once

#include <string>

namespace lazaret::filter::auth {

/// The organisational domain (RFC 7489 3.2): the public suffix of `domain` and one label before it,
/// by the list of publicsuffix.org, its private part included: each customer of `github.io` is an
/// organisation. A public suffix stands for itself. `domain` is in the form of Address::domain.
///
/// The list is the newer one of the system's (package publicsuffix) and libpsl's own, read once.
std::string organisational_domain(const std::string& domain);

}  // namespace lazaret::filter::auth
