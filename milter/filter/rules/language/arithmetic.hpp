#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazaret::filter::rules {

/// What a number may be that is not known: something between two others, themselves included.
struct Bounds {
    double least;
    double most;
    bool is_whole;  ///< it has no fraction

    [[nodiscard]] bool is_known() const noexcept { return least == most; }
    bool operator==(const Bounds&) const = default;
};

/// An expression over named numbers, as `meta` rules are written: `A && (B + C > 1) && !D`.
///
/// Operators and their order are Perl's: `!` and signs, `* /`, `+ -`, `< <= > >=`, `== !=`, `^`,
/// `&&`, `||`, `?:`; comparisons and `!` give 1 or 0, `&&` and `||` the operand that decided.
/// `A < B <= C` is `A < B && B <= C`, as in Perl since 5.32, and so with `==` and `!=`.
/// Compiled to steps of a stack machine; evaluating allocates nothing up to a depth of 64.
class Arithmetic {
public:
    /// Reads `text`. @param name_index  gives the number that a name has in evaluation; it may
    /// throw nothing, and is asked for each name once per place.
    /// @return the expression, or a sentence that says what is wrong.
    static Result<Arithmetic, std::string> read(
        std::string_view text, const std::function<std::uint32_t(std::string_view)>& name_index);

    /// The value, with `values[i]` for the name of index i. 0 when something is divided by zero: in
    /// Perl that is the end of the whole expression.
    /// @param values  no number (NaN) stands for what is not known; where the value needs one of
    /// those, it is none either.
    [[nodiscard]] double evaluate(const std::vector<double>& values) const;

    /// What the value may be, while of names only their bounds are known. It may be wider than need
    /// be, never narrower: what it says is known is what evaluate() gives, whatever the names are.
    ///
    /// @param values  as evaluate() has them.
    /// @param bounds_of  asked for the index of a name whose value is no number.
    [[nodiscard]] Bounds bounds(const std::vector<double>& values,
                                const std::function<Bounds(std::uint32_t)>& bounds_of) const;

    /// The indexes of all names in it, each once, in order of appearance.
    [[nodiscard]] const std::vector<std::uint32_t>& names() const noexcept { return names_; }

private:
    friend class ArithmeticReader;
    friend class ArithmeticBounds;
    enum class Operation : std::uint8_t {
        Number,
        Name,
        Not,
        Negate,
        Multiply,
        Divide,
        Add,
        Subtract,
        // Comparisons; one that another follows has a target: it goes on with its right operand
        // when it holds, else jumps there with 0.
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Equal,
        Unequal,
        And,     ///< jumps over the right operand when the left one is 0, else drops it
        Or,      ///< the same when it is not 0
        Xor,     ///< of the operands' integers, bit by bit
        Branch,  ///< jumps when the condition is 0; takes it off
        Jump,
    };
    struct Step {
        Operation operation;
        std::uint32_t at = 0;  ///< index of a name, target of a jump, place of a number
    };
    std::vector<Step> steps_;
    std::vector<double> numbers_;
    std::vector<std::uint32_t> names_;
};

}  // namespace lazaret::filter::rules
