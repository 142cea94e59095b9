#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "milter/filter/rules/evals/globs.hpp"
#include "milter/filter/rules/patterns/expression.hpp"

namespace lazaret::filter::rules {

/// The patterns that rules hand to eval functions as arguments, compiled when rules are read.
class ArgumentPatterns {
public:
    /// How a function wants its pattern.
    enum class Written {
        Bare,      ///< `<!--.*?-->`
        AsInRules  ///< `/^name$/i`, or bare
    };

    /// The pattern, or what is wrong with it.
    static Result<Expression, std::string> compile(std::string_view text, Written written);

    /// Takes one in, for find(). @return what is wrong with it, a sentence; empty: nothing
    std::string add(std::string_view text, Written written);

    /// One that was taken in; else null. Lives as long as this.
    [[nodiscard]] const Expression* find(std::string_view text, Written written) const;

private:
    TextMap<Expression> bare_;
    TextMap<Expression> as_in_rules_;
};

}  // namespace lazaret::filter::rules
