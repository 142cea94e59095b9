#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/locales.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"

namespace lazaret::filter::rules {

/// What `check_for_mime` and its like know of all parts together, as SpamAssassin's MIMEEval counts
/// it.
struct MimeCounts {
    std::size_t base64_parts = 0;
    std::size_t quoted_printable = 0;  ///< encoded bytes; parts, when they have no bytes at all
    std::size_t html_parts = 0;
    std::size_t text_parts = 0;  ///< text other than HTML
    bool has_attachment = false;
    bool has_base64_text = false;  ///< text in ASCII, said to be shown, and yet in base64
    bool has_bad_iso_charset = false;
    bool has_faraway_charset = false;
    bool has_alternative = false;
    bool has_long_quoted_printable_line = false;
    bool has_8bit_in_ascii = false;        ///< or NUL, or CR
    double alternative_ratio = 1.0;        ///< size of the plain alternative, for 1 of the HTML one
    double quoted_printable_ratio = 0;     ///< share of bytes that are encoded
    double character_reference_ratio = 0;  ///< `&#x041F;` in plain text, by other bytes
    std::vector<std::string> charsets;     ///< of all parts, small letters

    static MimeCounts of(const Rendering& rendering, const ExpectedCharsets& expected);

    /// What `check_for_mime` calls by that name; none: it knows no such thing.
    [[nodiscard]] std::optional<double> value(std::string_view name,
                                              const MimeFaults& faults) const;
};

/// The longest line of the base64 parts, its end counted.
std::size_t longest_base64_line(const Rendering& rendering);

}  // namespace lazaret::filter::rules
