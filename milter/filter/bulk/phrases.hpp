#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lazaret::filter {

/// What a phrase in a message speaks for.
enum class PhraseKind {
    Leave,     ///< how to get no more of it
    Online,    ///< where to see it in a browser
    Offer,     ///< what is offered to many: in English "% off", "this week"
    Business,  ///< one reader's business: an order, a receipt, a password, a sign-in
    Personal,  ///< perhaps one reader's: "your account", an appointment
};
inline constexpr std::size_t phrase_kind_count = 5;

/// The phrases of one text, each as often as it stands there.
struct PhrasesFound {
    std::array<std::size_t, phrase_kind_count> counts{};
    std::array<std::string_view, phrase_kind_count> first{};  ///< of each kind; else empty

    [[nodiscard]] std::size_t count(PhraseKind kind) const
    {
        return counts[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] std::string_view example(PhraseKind kind) const
    {
        return first[static_cast<std::size_t>(kind)];
    }
};

/// Finds the phrases of a table, in English, French, German, Italian, Spanish, Dutch, Portuguese,
/// Polish and Norwegian, word by word: case, accents and what stands between words do not count,
/// and a word with a digit is any number.
///
/// Cost: one pass, some ten instructions a byte; phrases are only compared where the last word of
/// one stands. Substrings would find "order" in "border"; a regular expression a language costs
/// more than all else that a message is judged by.
PhrasesFound phrases_in(std::string_view text);

}  // namespace lazaret::filter
