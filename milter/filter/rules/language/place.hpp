#pragma once

#include <compare>
#include <string>

namespace lazaret::filter::rules {

/// Where something stands in the rule files.
struct Place {
    std::string file;
    int line = 0;  ///< from 1; 0: the file as a whole

    bool operator==(const Place&) const = default;
};

/// What is not understood, or cannot work, and where: for `lazaretctl rules check`.
struct Problem {
    Place place;
    std::string rule;  ///< that it is about; may be empty
    std::string what;  ///< a sentence
    bool is_mistake = true;  ///< false: it is as somebody may have meant it

    bool operator==(const Problem&) const = default;
};

}  // namespace lazaret::filter::rules
