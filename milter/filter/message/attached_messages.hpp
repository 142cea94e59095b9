#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// The first at most `most` messages that are attached to one (message/rfc822), none that is within
/// another, as bytes; decoded where a mail program encoded them. Takes any bytes; what passes the
/// limits is left out.
std::vector<std::string> attached_messages(std::string_view bytes, std::size_t most,
                                           const ReadLimits& limits = {});

}  // namespace lazaret::filter
