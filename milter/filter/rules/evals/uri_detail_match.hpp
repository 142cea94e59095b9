#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/patterns/expression.hpp"
#include "milter/filter/rules/patterns/time_limit.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// The test of a `uri_detail` rule, its patterns compiled.
class UriDetailMatch {
public:
    /// @return the test, or what is wrong with one of its patterns.
    static Result<UriDetailMatch, std::string> compile(const UriDetailTest& test);

    /// Whether one of the addresses meets all terms, as far as they can be looked at in some 20 ms.
    [[nodiscard]] bool matches(const Uris& uris) const;

private:
    enum class Key { Raw, Type, Cleaned, Text, Domain, Host };
    struct Term {
        Key key;
        bool negated;
        Expression expression;
    };
    [[nodiscard]] static bool meets(const UriDetail& uri, const Term& term, SparseTimeLimit& limit);

    std::vector<Term> terms_;  ///< one for a key at most
};

}  // namespace lazaret::filter::rules
