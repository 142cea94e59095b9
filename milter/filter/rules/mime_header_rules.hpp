#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "milter/filter/rules/book_parts.hpp"
#include "milter/filter/rules/rule_book.hpp"

namespace lazaret::filter::rules {

/// `mimeheader` rules: they look at the header fields of all parts, the message itself first.
///
/// A field that stands several times in a part counts by its last (SpamAssassin's MIMEHeader). A
/// negated rule hits when no part has a match.
class MimeHeaderRules {
public:
    /// @param standing  says what is wrong, if something is; the rule is then left out.
    void add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags,
             Standing& standing);
    void match(const Rendering& rendering, Values& values) const;

private:
    struct One {
        std::uint32_t rule;
        std::string field;  ///< `ALL`: the whole header
        bool is_raw;
        bool negated;
        std::string if_unset;
        std::uint32_t most_hits;
        Expression expression;
    };
    /// The text of a part that a rule looks at, kept while the rules that look at the same follow.
    static std::string text_of(const MimePart& part, const One& one);

    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
