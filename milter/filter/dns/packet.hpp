#pragma once

#include <chrono>
#include <span>

#include "milter/filter/dns/question.hpp"

namespace lazaret::filter::dns {

/// The number that the wire has for this type (RFC 1035 3.2.2).
int wire_type(RecordType type);

/// A reply as it is on the wire.
using Packet = std::span<const unsigned char>;

/// Whether this is not the whole reply: it says so, or ends within a record.
bool is_truncated(Packet packet);

/// Whether the server does not understand EDNS: FORMERR, without an OPT record (RFC 6891 7).
bool refuses_edns(Packet packet);

/// What a reply says.
struct Reply {
    Answer answer;
    /// How long it may be used for later questions: as long as its records live, or, when there are
    /// none, as its zone says (RFC 2308 5); an hour and ten minutes at most. A failure lives for
    /// five seconds (RFC 2308 7.1).
    std::chrono::seconds lives{0};
};

/// Reads the reply to a question of this type (RFC 1035 4). Records of other types are left out:
/// aliases were followed by the resolver, and stand in front of what they lead to. Takes any
/// bytes; what cannot be read, none too, or is far too long, is State::Failed.
Reply reply_of(Packet packet, RecordType type);

}  // namespace lazaret::filter::dns
