#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "milter/filter/rules/language/arithmetic.hpp"
#include "milter/filter/rules/language/operand_stack.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Bounds anything{-infinity, infinity, false};
constexpr Bounds either_truth{0, 1, true};

Bounds exactly(double value)
{
    constexpr double most = 1'000'000'000;
    const bool is_whole =
        std::abs(value) <= most && static_cast<double>(static_cast<std::int64_t>(value)) == value;
    return {value, value, is_whole};
}
Bounds truth(bool is) { return exactly(is ? 1 : 0); }

bool is_zero(const Bounds& value) { return value.least == 0 && value.most == 0; }
bool is_never_zero(const Bounds& value) { return value.least > 0 || value.most < 0; }

/// One or the other.
Bounds hull(const Bounds& one, const Bounds& other)
{
    return {std::min(one.least, other.least), std::max(one.most, other.most),
            one.is_whole && other.is_whole};
}

Bounds without_zero(const Bounds& value)
{
    if (!value.is_whole) return value;
    return {value.least == 0 ? 1 : value.least, value.most == 0 ? -1 : value.most, true};
}

/// Infinity less infinity is no number.
Bounds checked(const Bounds& value) { return value.least <= value.most ? value : anything; }

/// Of an operation whose least and most come of the operands' ends.
template <typename Operation>
Bounds of_corners(const Bounds& left, const Bounds& right, bool is_whole, Operation&& operation)
{
    Bounds made{infinity, -infinity, is_whole};
    for (const double one : {left.least, left.most})
        for (const double other : {right.least, right.most}) {
            const double corner = operation(one, other);
            if (std::isnan(corner)) return anything;
            made = {std::min(made.least, corner), std::max(made.most, corner), is_whole};
        }
    return made;
}

/// Only then may it be no number, which is not less, not more, and equal to nothing.
bool may_be_none(const Bounds& value) { return value.least == -infinity && value.most == infinity; }

Bounds is_less(const Bounds& left, const Bounds& right)
{
    if (may_be_none(left) || may_be_none(right)) return either_truth;
    if (left.most < right.least) return truth(true);
    return left.least >= right.most ? truth(false) : either_truth;
}

Bounds negated(const Bounds& truth_value)
{
    return {1 - truth_value.most, 1 - truth_value.least, true};
}

Bounds is_equal(const Bounds& left, const Bounds& right)
{
    if (may_be_none(left) || may_be_none(right)) return either_truth;
    if (left.most < right.least || right.most < left.least) return truth(false);
    return left.is_known() && right.is_known() ? truth(true) : either_truth;
}

}  // namespace

/// The stack machine of Arithmetic::evaluate(), over bounds: where it would jump or not, and that
/// is not known, both ways are gone.
class ArithmeticBounds {
public:
    using Operation = Arithmetic::Operation;

    ArithmeticBounds(const Arithmetic& expression, const std::vector<double>& values,
                     const std::function<Bounds(std::uint32_t)>& bounds_of)
        : steps_{expression.steps_},
          numbers_{expression.numbers_},
          values_{values},
          bounds_of_{bounds_of}
    {
    }

    Bounds run()
    {
        const auto value = run(0, steps_.size());
        return divides_by_zero_ ? anything : value;
    }

private:
    void push(const Bounds& value) { stack_.push(value); }
    Bounds pop() { return stack_.pop(); }

    /// What the steps from `at` to before `end` leave on the stack, taken off. They nest, and
    /// chains of comparisons are, as long as the reader allows.
    // NOLINTNEXTLINE(misc-no-recursion)
    Bounds run(std::size_t at, std::size_t end)
    {
        while (at < end) at = take(at);
        return pop();
    }

    /// Goes one step. @return where the next one is.
    // NOLINTNEXTLINE(misc-no-recursion)
    std::size_t take(std::size_t at)
    {
        const auto& step = steps_[at];
        switch (step.operation) {
            case Operation::Number: push(exactly(numbers_[step.at])); break;
            case Operation::Name:
                if (const auto value = values_[step.at]; std::isnan(value))
                    push(bounds_of_(step.at));
                else push(exactly(value));
                break;
            case Operation::Not: push(is_equal(pop(), exactly(0))); break;
            case Operation::Negate: {
                const auto value = pop();
                push({-value.most, -value.least, value.is_whole});
                break;
            }
            case Operation::And:
            case Operation::Or: return choose(at);
            case Operation::Branch: return branch(at);
            case Operation::Jump: return step.at;
            case Operation::Add: {
                const auto right = pop();
                auto& sum = stack_.top();
                sum = checked({sum.least + right.least, sum.most + right.most,
                               sum.is_whole && right.is_whole});
                break;
            }
            case Operation::Less:
            case Operation::LessOrEqual:
            case Operation::Greater:
            case Operation::GreaterOrEqual:
            case Operation::Equal:
            case Operation::Unequal: return compare(at);
            default: push(combined(step.operation)); break;
        }
        return at + 1;
    }

    Bounds combined(Operation operation)
    {
        const auto right = pop();
        const auto left = pop();
        const bool is_whole = left.is_whole && right.is_whole;
        switch (operation) {
            case Operation::Subtract:
                return checked({left.least - right.most, left.most - right.least, is_whole});
            case Operation::Multiply:
                return of_corners(left, right, is_whole, [](double a, double b) { return a * b; });
            case Operation::Divide:
                if (is_never_zero(right))
                    return of_corners(left, right, false, [](double a, double b) { return a / b; });
                divides_by_zero_ = true;
                return anything;
            default: return anything;  // of bits
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    std::size_t choose(std::size_t at)
    {
        const auto& step = steps_[at];
        const bool is_and = step.operation == Operation::And;
        const auto left = pop();
        if (is_and ? is_zero(left) : is_never_zero(left)) {
            push(left);
            return step.at;
        }
        const bool is_left_over = is_and ? is_never_zero(left) : is_zero(left);
        const auto right = run(at + 1, step.at);
        if (is_left_over) push(right);
        else push(hull(is_and ? exactly(0) : without_zero(left), right));
        return step.at;
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    std::size_t branch(std::size_t at)
    {
        const auto otherwise = steps_[at].at;
        const auto jump = otherwise - 1;
        const auto end = steps_[jump].at;
        const auto condition = pop();
        if (is_zero(condition)) return otherwise;
        const auto one = run(at + 1, jump);
        push(is_never_zero(condition) ? one : hull(one, run(otherwise, end)));
        return end;
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    std::size_t compare(std::size_t at)
    {
        const auto& step = steps_[at];
        const auto right = pop();
        const auto left = pop();
        const auto holds = relation(step.operation, left, right);
        const bool is_last = step.at == 0;
        if (is_last || is_zero(holds)) {
            push(holds);
            return is_last ? at + 1 : step.at;
        }
        push(right);
        const auto rest = run(at + 1, step.at);
        push(holds.is_known() ? rest : hull(exactly(0), rest));
        return step.at;
    }

    static Bounds relation(Operation operation, const Bounds& left, const Bounds& right)
    {
        switch (operation) {
            case Operation::Less: return is_less(left, right);
            case Operation::GreaterOrEqual: return negated(is_less(left, right));
            case Operation::Greater: return is_less(right, left);
            case Operation::LessOrEqual: return negated(is_less(right, left));
            case Operation::Equal: return is_equal(left, right);
            default: return negated(is_equal(left, right));
        }
    }

    const std::vector<Arithmetic::Step>& steps_;
    const std::vector<double>& numbers_;
    const std::vector<double>& values_;
    const std::function<Bounds(std::uint32_t)>& bounds_of_;
    OperandStack<Bounds> stack_;
    bool divides_by_zero_ = false;  ///< perhaps; the whole is 0 then
};

Bounds Arithmetic::bounds(const std::vector<double>& values,
                          const std::function<Bounds(std::uint32_t)>& bounds_of) const
{
    if (steps_.empty()) return exactly(0);
    return ArithmeticBounds{*this, values, bounds_of}.run();
}

}  // namespace lazaret::filter::rules
