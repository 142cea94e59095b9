#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "milter/filter/rules/evals/mime_counts.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"

/// Numbers about the text of a message, as SpamAssassin's BodyEval and MIMEEval work them out.
namespace lazaret::filter::rules {

struct BlankLines {
    std::size_t lines = 0;
    std::size_t blank = 0;
};
/// The lines of the raw body, and how many of them have nothing but blanks.
BlankLines blank_lines(std::span<const std::string_view> raw_body);

/// The greatest share of blanks, for 100 other characters, that a paragraph of some length has;
/// whole numbers up to 100, -1 when there is no such paragraph.
int greatest_blank_share(std::span<const std::string_view> body);

/// How many different headings of a stock tip (`Symbol: ABCD`) the first plain part has.
std::size_t stock_headings(const Rendering& rendering);

/// Lengths in the first plain part.
struct SignatureLengths {
    std::size_t body = 0;       ///< bytes before the last `-- ` line
    std::size_t signature = 0;  ///< bytes behind it
    [[nodiscard]] double ratio() const;
};
/// None when there is no plain part.
std::optional<SignatureLengths> signature_lengths(const Rendering& rendering);

/// Percent of the letters and digits of the text that are capitals; 0 for a short one, and for
/// charsets whose bytes would be taken for letters.
double capitals_percentage(const Rendering& rendering, const MimeCounts& mime);

}  // namespace lazaret::filter::rules
