#pragma once

#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/header_addresses.hpp"

namespace lazaret::filter::rules {

/// The entries of an address list (RFC 5322 3.4, with RFC 822's blanks around dots), up to the
/// first thing that does not belong there. An entry that is cut or broken is one, too, with
/// neither address nor name, or only a name.
std::vector<HeaderAddress> read_address_list(std::string_view text);

}  // namespace lazaret::filter::rules
