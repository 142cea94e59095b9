#pragma once

#include <string>
#include <string_view>

#include "milter/filter/check.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// How much a message looks like a newsletter: bulk mail that one sends and many read, news and
/// offers alike.
///
/// A sum of signs; what speaks for it is capped kind by kind, so that no single habit of a sender
/// makes one, but for List-Unsubscribe (RFC 2369, 8058). What speaks against it is what the subject
/// says about one reader's business: receipts and alerts go through the same services, with the
/// same header fields. Fitted by hand to nine languages' words and to what services write;
/// tools/bench/newsletters says how well.
struct BulkSigns {
    int points = 0;
    std::string list;  ///< the signs that speak for it: fields, and phrases in quotation marks

    [[nodiscard]] bool are_enough() const { return points >= 4; }
};
BulkSigns bulk_signs(const Message& message);

/// Whether a message is a newsletter. Never mail of a discussion list (List-Post that is not "NO"),
/// which most of its readers asked for and take part in; nor a date for a calendar.
bool is_newsletter(const Message& message);

/// Whether a List-Post field (RFC 2369) says that readers write to the list: it is not "NO".
bool is_for_readers(std::string_view list_post);

/// Sets Findings::bulk, with the hit NEWSLETTER, whose sentence ends with the list and the signs.
Check newsletter_check();

}  // namespace lazaret::filter
