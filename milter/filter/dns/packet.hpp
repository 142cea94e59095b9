#pragma once

#include <span>

#include "milter/filter/dns/question.hpp"

namespace lazaret::filter::dns {

/// The number that the wire has for this type (RFC 1035 3.2.2).
int wire_type(RecordType type);

/// What a reply on the wire says to a question of this type (RFC 1035 4). Records of other types
/// are left out: aliases were followed by the resolver, and stand in front of what they lead to.
/// Takes any bytes; what cannot be read, or is far too long, is State::Failed.
Answer answer_of(std::span<const unsigned char> packet, RecordType type);

}  // namespace lazaret::filter::dns
