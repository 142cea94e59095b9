#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "milter/filter/auth/ip_address.hpp"
#include "milter/filter/auth/results.hpp"

namespace lazaret::filter::auth {

/// One mechanism of a record with its qualifier (RFC 7208 5). Borrows the record's text.
struct SpfMechanism {
    enum class Kind { All, Include, A, Mx, Ptr, Ip4, Ip6, Exists };
    Kind kind = Kind::All;
    Result qualifier = Result::Pass;  ///< when it matches: Pass, Fail, SoftFail or Neutral
    std::string_view domain;          ///< a domain-spec; empty where the record names none
    IpAddress network;                ///< of Ip4 and Ip6
    int ip4_bits = 32;                ///< of Ip4, A and Mx
    int ip6_bits = 128;               ///< of Ip6, A and Mx
    std::string_view text;            ///< as the record has it
};

/// A record that was read whole (RFC 7208 4.6). Borrows its text.
struct SpfRecord {
    std::vector<SpfMechanism> mechanisms;  ///< in their order, which counts
    std::string_view redirect;             ///< a domain-spec, or empty (6.1)
    std::string_view explanation;          ///< of exp=: a domain-spec, or empty (6.2)
};

/// Whether a TXT record is one of SPF: `v=spf1` at its start, then a space or the end (4.5).
bool is_spf_record(std::string_view text);

/// Reads a record that is_spf_record(). An error anywhere spoils all of it (4.6), so a record is
/// read whole before any of it counts. Takes time as the text is long.
/// @return the record; or the term that is malformed, as bytes of a stranger.
lazaret::Result<SpfRecord, std::string_view> read_spf_record(std::string_view text);

}  // namespace lazaret::filter::auth
