#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/body_counts.hpp"
#include "milter/filter/rules/evals/globs.hpp"
#include "milter/filter/rules/evals/image_facts.hpp"
#include "milter/filter/rules/evals/language_models.hpp"
#include "milter/filter/rules/evals/mime_counts.hpp"
#include "milter/filter/rules/evals/pdf_facts.hpp"
#include "milter/filter/rules/evals/word_difference.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// Lists and numbers for the eval functions about contents, read from the rule files' settings.
struct ContentSettings {
    TextSet shorteners;  ///< hosts of `url_shortener`, small letters; `.example.com`: all below it
    TextSet phishing;    ///< addresses of the feeds of `phishing_*_feed`
    bool phishing_without_query = false;
    std::vector<std::string> languages;  ///< `ok_languages`; empty: all
    LanguageLimits language_limits;
    LanguageModels language_models;  ///< empty where `ok_languages` allows all

    /// What could not be read: feeds that the settings name, models of languages.
    std::vector<Problem> problems;

    /// Reads also the files that the settings name.
    /// @param language_models  the text of the file `languages` beside the rules.
    static ContentSettings from(const RuleSettings& settings, std::string_view language_models);
};

/// What languages a text may be in.
struct LikelyLanguages {
    std::vector<std::string_view> languages;  ///< the likeliest first; none when it is not clear
    std::size_t text_size;                    ///< in bytes
};

/// What they worked out for a message; each by who first asks.
struct ContentMemory {
    std::optional<MimeCounts> mime;
    std::optional<WordDifference> words;
    std::optional<BlankLines> blank_lines;
    std::optional<int> blank_share;
    std::optional<std::size_t> stock_headings;
    std::optional<std::optional<SignatureLengths>> signature;
    std::optional<double> capitals;
    std::optional<std::size_t> longest_base64_line;
    /// Of each HTML part with a link that leads elsewhere than its text says: its links.
    std::optional<std::vector<double>> mismatches;
    std::optional<ImageFacts> images;
    std::optional<PdfFacts> pdfs;
    std::optional<LikelyLanguages> languages;
};

}  // namespace lazaret::filter::rules
