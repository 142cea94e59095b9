#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What can be found in a Received line before its form is known. Private to this folder.
namespace lazaret::filter::rules {

/// The value with single blanks, none at the ends, and without a final `;`; 8 kB of it at most.
std::string squeezed(std::string_view value);

/// `from NAME by NAME;`, which says nothing of an address, unless NAME is one.
bool is_bare(std::string_view line);

/// Whether Exim says that a program on its own host gave it the message.
bool is_local(std::string_view line);

/// The first ` id ` that is one: three characters or more, without `<`.
std::string_view find_id(std::string_view line);

/// The name behind `helo=`, else behind HELO or EHLO; empty when there is none.
std::string_view find_helo(std::string_view line);

/// The word behind the first ` by `; empty when there is none.
std::string_view find_by(std::string_view line);

/// `word` up to its last letter or digit; empty when it has none.
std::string_view to_last_letter(std::string_view word);

/// `(envelope-from <...>)`, `envelope-sender=`, `return-path: `.
std::optional<std::string> find_sender(std::string_view line);

/// Without what is written in a way of its own: the date at the end, `)by`.
std::string normal_line(std::string_view line);

/// `by ...` of qmail: nothing or comments, then `with ... SMTP` that no ` id ` follows, which
/// would be sendmail's.
bool is_qmail_tail(std::string_view tail);

/// Whether qmail-ldap wrote the line, which looks like sendmail's.
bool is_qmail_ldap(std::string_view line);

/// Whether a dot stands inside the name, not at an end.
bool has_dot_inside(std::string_view name);

/// `with Microsoft SMTP Server` or `with mapi id`, and a version behind it.
bool exchange_wrote(std::string_view line);

}  // namespace lazaret::filter::rules
