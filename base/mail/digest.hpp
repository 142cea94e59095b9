#pragma once

#include <optional>
#include <string_view>

#include "base/records/identity.hpp"

namespace lazaret {

/// What counts as the same message, sent again or released: a BLAKE2b hash over the body and the
/// header fields, without what the MTAs in front of us add or change at each try.
///
/// - Trace and results are left out: Received, Return-Path, Delivered-To, Authentication-Results,
///   Received-SPF, DKIM-Filter, ARC-*, X-Greylist, X-Lazaret-*.
/// - Postfix appends a missing Message-Id, Date and From for local clients, the Message-Id with
///   the queue id of the try: a Message-Id that contains `queue_id` is left out, with the Date and
///   From behind it. Where the sender gave a Message-Id, that names the message, and Date is left
///   out because it may be the MTA's, and so is a From that ends the header; without one, the
///   sender's own Date and From count. The Resent- forms of the three likewise.
/// - Postfix completes addresses (`bob` becomes `bob@host.example`): of From, Sender, Reply-To, To,
///   Cc and their Resent- forms only the local parts count.
/// - White space counts as little as folding; the body counts byte for byte, but for line ends
///   (CRLF or LF) and blank lines at its end.
///
/// @param queue_id  the MTA's id of this try; empty when unknown, for instance for a stored copy.
/// Any bytes give a digest; never throws for them.
Digest digest_of(std::string_view message, std::string_view queue_id);

/// Whether digest_of() looks at header fields of this name: they are the sender's.
bool is_digested(std::string_view name);

/// A hash over all that these fields say, but for how white space is written: whoever changed the
/// domain of an address changed this, and not the digest.
Digest header_digest_of(std::string_view message);

/// Reads Digest::hex(); none for anything else.
std::optional<Digest> digest_of_hex(std::string_view text);

}  // namespace lazaret
