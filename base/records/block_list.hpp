#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/records/networks.hpp"

namespace lazaret {

/// A list in the DNS of addresses that send spam (RFC 5782), as [dns] refuse_listed names it.
struct BlockList {
    std::string zone;  ///< as dns::Question::name
    Networks counts;   ///< what an answer must be in to say that an address is listed
    std::string name;  ///< what strangers and reports read; the zone when it has no other

    /// Reads `ZONE`, `ZONE=ANSWERS`, or either with ` as NAME` behind it. ANSWERS are addresses or
    /// networks, parted by commas; without them all of 127.0.0.0/8 count. A NAME is for zones that
    /// have a key in them: 1 to 80 printable ASCII characters but `%`. None when it is no such
    /// text.
    static std::optional<BlockList> parse(std::string_view text);
};

}  // namespace lazaret
