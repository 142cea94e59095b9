#pragma once

#include <cstdint>
#include <vector>

#include "milter/filter/rules/book_parts.hpp"
#include "milter/filter/rules/evals/mime_header_match.hpp"
#include "milter/filter/rules/rule_book.hpp"

namespace lazaret::filter::rules {

/// `mimeheader` rules: they look at the header fields of all parts, the message itself first.
class MimeHeaderRules {
public:
    /// @param standing  says what is wrong, if something is; the rule is then left out.
    void add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags,
             Standing& standing);
    void match(const Rendering& rendering, Values& values) const;

private:
    struct One {
        std::uint32_t rule;
        std::uint32_t most_hits;
        std::size_t field;  ///< in `fields_`
        MimeHeaderMatch match;
    };
    std::vector<MimeHeaderField> fields_;  ///< each once
    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
