#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Macro strings of SPF (RFC 7208 7): `%{ir}.%{v}._spf.%{d2}`. This file knows how they are
/// written and transformed; what a letter stands for is the evaluation's to say.
namespace lazaret::filter::auth {

/// What a macro letter stands for, asked in small letters; nothing when that takes an answer from
/// the DNS that is not known yet.
using MacroValue = std::function<std::optional<std::string>(char letter)>;

/// Whether the text can name a domain in a record: macros, visible ASCII, and a top-level label or
/// a macro at its end. The letters c, r and t are for explanations only (7.2).
bool is_domain_spec(std::string_view text);

/// Whether the text is a macro string, as an unknown modifier has it: no spaces, all letters.
bool is_macro_string(std::string_view text);

/// Whether the text can be explained to a person (6.2): macro strings with spaces between them.
bool is_explanation(std::string_view text);

/// The name that a domain-spec means now: without the dot at its end, cut to 253 bytes by taking
/// labels from the left (7.3). Nobody says that it is a name that can be asked about.
///
/// Costs no more than such a name is long, whatever stands in the record: it is read from its
/// right end, and no more than 254 macros of it.
/// @param text  must be a domain-spec. @return nothing when a value is not known yet.
std::optional<std::string> expand_domain(std::string_view text, const MacroValue& value_of);

/// The words of an explanation: printable ASCII, at most 500 bytes; what a sender smuggled into
/// his address becomes `?`.
/// @param text  must be an explanation. @return nothing when a value is not known yet.
std::optional<std::string> expand_explanation(std::string_view text, const MacroValue& value_of);

/// `text` as at most `most` bytes of printable ASCII, `?` for all else.
std::string printable(std::string_view text, std::size_t most);

}  // namespace lazaret::filter::auth
