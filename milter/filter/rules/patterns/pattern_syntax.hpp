#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

/// What can be seen of an expression without compiling it, never too little: `true` means "it may".
struct PatternTraits {
    bool matches_newline = false;   ///< one of its parts can take a line feed
    bool has_anchor = false;        ///< `^` or `$`
    bool has_dollar = false;        ///< `$`
    bool has_end_anchor = false;    ///< `\A \z \Z \G`, which only know the whole text
    bool has_inline_flags = false;  ///< `(?i)`, `(?s:...)`
    /// `\Q`, a comment, flags taken back: what is said here of it holds, but its text is not to be
    /// changed.
    bool is_obscure = false;
};

PatternTraits traits_of(const Pattern& pattern);

/// The end of the class that begins at `at`; the text's where it is not closed.
std::size_t end_of_class(std::string_view text, std::size_t at);

/// The same of a group.
std::size_t end_of_group(std::string_view text, std::size_t at);

/// The end of `[:alpha:]` that begins at `at`, within a class; 0 where none does.
std::size_t end_of_named_class(std::string_view text, std::size_t at);

/// The expression as PCRE2 10.42 reads it the way Perl 5.36 does with /aa: `{,3}` and `{ 1, 3 }`
/// are counts, and without regard to case a byte of Latin 1 is its other case, too.
std::string for_pcre2(const Pattern& pattern);

/// The expression with what only knows the whole text made something that knows lines, which
/// matches wherever the original does: `\A` becomes `^`, `\z` and `\Z` become `$`.
std::string with_line_anchors(std::string_view text);

/// The expression with ranges that allow more than `most` made open: `{0,2048}` becomes `*`,
/// `{1,300}` becomes `+`. It matches wherever the original does.
std::string with_open_counts(std::string_view text, std::size_t most);

}  // namespace lazaret::filter::rules
