#pragma once

#include <cstdint>
#include <vector>

#include "milter/filter/rules/book_parts.hpp"
#include "milter/filter/rules/evals/uri_detail_match.hpp"
#include "milter/filter/rules/rule_book.hpp"

namespace lazaret::filter::rules {

/// `uri_detail` rules: each wants one address that meets all its conditions.
class UriDetailRules {
public:
    /// @param standing  says what is wrong, if something is; the rule is then left out.
    void add(std::uint32_t rule, const UriDetailTest& test, Standing& standing);
    void match(const Uris& uris, Values& values) const;

private:
    struct One {
        std::uint32_t rule;
        UriDetailMatch match;
    };
    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
