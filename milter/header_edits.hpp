#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mail/header_fields.hpp"
#include "base/records/verdict.hpp"

namespace lazaret::milter {

/// A change of one header field that is there, in the words of the milter protocol.
struct HeaderChange {
    std::string name;    ///< as the message writes it
    int occurrence = 1;  ///< the how many-th field of that name in any case, from 1
    std::string value;   ///< without leading space; empty takes the field off

    bool operator==(const HeaderChange&) const = default;
};

/// A header field that is put at the end of the header.
struct HeaderAddition {
    std::string name;
    std::string value;  ///< without leading space; lines of a fold end in LF

    bool operator==(const HeaderAddition&) const = default;
};

/// Takes off what only we may say: every X-Lazaret-* field, and Authentication-Results in our name
/// (RFC 8601 section 5) but those of a filter in front of us that has the same.
///
/// @param authserv_id  our name; empty: no results are taken off
/// @param believed  places of fields that stay (filter::believed_fields())
///
/// The last of a name comes first, so that the occurrences hold whether or not the MTA counts
/// fields that were taken off already.
std::vector<HeaderChange> without_forgeries(std::span<const HeaderField> fields,
                                            std::string_view authserv_id,
                                            std::span<const std::size_t> believed = {});

/// Takes off the seal and nothing else: what we sealed is to arrive as it was received.
std::vector<HeaderChange> without_seal(std::span<const HeaderField> fields);

/// Facts of the message, the same for all recipients: X-Lazaret-Score, X-Lazaret-Hits, with the
/// points of the rule files and checks, whatever some recipient's rule_scores say. Hits whose name
/// is no plain word are left out.
std::vector<HeaderAddition> fact_fields(double score, std::span<const Hit> hits);

/// What puts a mark before the subject.
struct MarkedSubject {
    std::vector<HeaderChange> changes;      ///< when there is a Subject
    std::vector<HeaderAddition> additions;  ///< when there is none
};

/// Puts `mark` before the subject, once: a subject that begins with it stays.
MarkedSubject marked_subject(std::span<const HeaderField> fields, std::string_view mark);

/// `NAME:points,NAME:points` for headers and the log; `-` when there is none.
std::string hits_text(std::span<const Hit> hits);

}  // namespace lazaret::milter
