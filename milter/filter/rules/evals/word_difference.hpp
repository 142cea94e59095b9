#pragma once

#include <cstddef>

#include "milter/filter/rules/rendering/rendering.hpp"

namespace lazaret::filter::rules {

/// How far the plain alternative of a message is from its HTML one, by the words that they have, as
/// SpamAssassin's BodyEval counts it.
struct WordDifference {
    double missing = 0;          ///< percent of the HTML's words that the text has not; the most
    std::size_t html_words = 0;  ///< different ones, of the last alternatives
    std::size_t text_words = 0;

    static WordDifference of(const Rendering& rendering);
};

}  // namespace lazaret::filter::rules
