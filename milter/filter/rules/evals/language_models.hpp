#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "milter/filter/rules/evals/globs.hpp"

namespace lazaret::filter::rules {

/// How surely a language must be told; SpamAssassin's settings `textcat_*`.
struct LanguageLimits {
    std::size_t most_ngrams = 400;   ///< of a text, the most frequent
    std::size_t rare = 0;            ///< n-grams that stand in a text no more often do not count
    double acceptable_score = 1.02;  ///< of the best: who is nearer is an answer, too
    std::size_t most_languages = 3;  ///< more answers are none
    TextSet unlikely;                ///< never an answer; names without what is behind the dot
};

/// Tells languages by the frequency of their n-grams, from one to five bytes (Cavnar and Trenkle,
/// N-Gram-Based Text Categorization, 1994), with the models that SpamAssassin brings: the file
/// `languages` beside its rules. Threads may share it.
class LanguageModels {
public:
    LanguageModels() = default;

    /// @param text  of the file: an n-gram a line, the most frequent first, NUL for a word's
    /// border;
    ///              behind those of a language a line `0 NAME`.
    explicit LanguageModels(std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return languages_.empty(); }

    /// The languages that `text` may be in (`en`, `zh.big5`), the likeliest first; none when it is
    /// not clear. Cost: some 20 ns a byte; callers bound the text.
    [[nodiscard]] std::vector<std::string_view> languages_in(std::string_view text,
                                                             const LanguageLimits& limits) const;

private:
    struct Language {
        std::string name;  ///< as answered
        std::string unlikely_name;
    };
    struct Place {
        std::uint16_t language;
        std::uint16_t rank;  ///< of the n-gram in the language, from 1
    };

    std::vector<Language> languages_;
    std::unordered_map<std::uint64_t, std::vector<Place>> places_;  ///< by packed n-gram
};

}  // namespace lazaret::filter::rules
