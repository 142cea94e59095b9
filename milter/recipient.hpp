#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/envelope.hpp"

namespace lazaret::milter {

/// One RCPT TO. The MTA decides whom it means: `bob`, `example.org!bob`, `bob%example.org`,
/// `bob@example.org (comment)` and `@relay:bob@example.org` may all be bob@example.org, and a
/// stranger who could choose a form that we do not read would pass unjudged.
///
/// @param verbatim  argument of RCPT TO, with its brackets. @param canonical  macro {rcpt_addr};
/// empty when the MTA gave none. @param host  the MTA's own name (macro j), which completes an
/// address without a domain; may be empty. @param is_protected  says it of a domain: where only the
/// one that the client wrote is, that one counts, since Sendmail's macro has an address behind its
/// virtusertable, which may be elsewhere.
Recipient read_recipient(std::string_view verbatim, std::string_view canonical,
                         std::string_view host,
                         const std::function<bool(const std::string&)>& is_protected = {});

/// The forms by which smfi_delrcpt finds the recipient: Postfix compares with the address as the
/// client wrote it or as it stands in the queue, by the kind of rewriting, and says nothing when
/// neither matches.
std::vector<std::string> names_of(const Recipient& recipient);

/// The address for a person and for releasing: canonical where the MTA gave it, without brackets.
std::string plain_name(const Recipient& recipient);

}  // namespace lazaret::milter
