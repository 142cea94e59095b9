#include "milter/filter/rules/language/arithmetic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

#include "base/text.hpp"
#include "milter/filter/rules/language/operand_stack.hpp"

namespace lazaret::filter::rules {

/// Reads by precedence climbing: each binary operator of at least the wanted rank takes the operand
/// behind it. A parenthesis too deep is an error, not a stack overflow.
class ArithmeticReader {
public:
    ArithmeticReader(std::string_view text,
                     const std::function<std::uint32_t(std::string_view)>& name_index)
        : text_{text}, name_index_{name_index}
    {
    }

    Result<Arithmetic, std::string> read()
    {
        read_choice();
        skip_blanks();
        if (fault_.empty() && at_ != text_.size())
            complain(fmt::format("unexpected '{}'", text_[at_]));
        if (!fault_.empty()) return because(fault_);
        return std::move(made_);
    }

private:
    using Operation = Arithmetic::Operation;
    struct Binary {
        std::string_view token;
        int rank;
        Operation operation;
    };
    static constexpr int equality = 4;
    static constexpr int relation = 5;
    // Longer tokens first.
    static constexpr auto binaries =
        std::to_array<Binary>({{"||", 1, Operation::Or},
                               {"&&", 2, Operation::And},
                               {"==", equality, Operation::Equal},
                               {"!=", equality, Operation::Unequal},
                               {"<=", relation, Operation::LessOrEqual},
                               {">=", relation, Operation::GreaterOrEqual},
                               {"<", relation, Operation::Less},
                               {">", relation, Operation::Greater},
                               {"^", 3, Operation::Xor},
                               {"+", 6, Operation::Add},
                               {"-", 6, Operation::Subtract},
                               {"*", 7, Operation::Multiply},
                               {"/", 7, Operation::Divide}});
    static constexpr std::size_t most_depth = 60;

    void complain(std::string what)
    {
        if (fault_.empty()) fault_ = std::move(what);
    }

    void skip_blanks()
    {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }

    static bool is_blank(char c) { return c == ' ' || c == '\t'; }

    [[nodiscard]] std::optional<Binary> binary_here() const
    {
        const auto rest = text_.substr(at_);
        for (const auto& one : binaries)
            if (rest.starts_with(one.token)) return one;
        return std::nullopt;
    }

    std::size_t add(Operation operation, std::uint32_t index = 0)
    {
        made_.steps_.push_back({operation, index});
        return made_.steps_.size() - 1;
    }

    void jump_here(std::size_t step)
    {
        made_.steps_[step].at = static_cast<std::uint32_t>(made_.steps_.size());
    }

    void read_choice()
    {
        if (++depth_ > most_depth) complain("nested too deep");
        read_binary(1);
        skip_blanks();
        if (fault_.empty() && at_ < text_.size() && text_[at_] == '?') {
            ++at_;
            const auto branch = add(Operation::Branch);
            read_choice();
            const auto jump = add(Operation::Jump);
            jump_here(branch);
            skip_blanks();
            if (at_ < text_.size() && text_[at_] == ':') ++at_;
            else complain("'?' without ':'");
            read_choice();
            jump_here(jump);
        }
        --depth_;
    }

    [[nodiscard]] bool goes_on_comparing(int rank)
    {
        skip_blanks();
        if (rank != equality && rank != relation) return false;
        const auto next = binary_here();
        return next && next->rank == rank;
    }

    void read_binary(int least_rank)
    {
        std::vector<std::size_t> chain;  // comparisons before the last: A < B <= C
        read_unary();
        for (;;) {
            skip_blanks();
            if (!fault_.empty() || at_ >= text_.size()) return;
            const auto found = binary_here();
            if (!found || found->rank < least_rank) return;
            at_ += found->token.size();
            if (found->operation == Operation::And || found->operation == Operation::Or) {
                const auto jump = add(found->operation);
                read_binary(found->rank + 1);
                jump_here(jump);
            } else {
                read_binary(found->rank + 1);
                const auto step = add(found->operation);
                if (goes_on_comparing(found->rank)) {
                    chain.push_back(step);
                    if (chain.size() > most_depth) complain("too many comparisons in a row");
                } else {
                    for (const auto earlier : chain) jump_here(earlier);
                    chain.clear();
                }
            }
        }
    }

    void read_unary()
    {
        skip_blanks();
        if (!fault_.empty()) return;
        if (at_ >= text_.size()) return complain("something is missing at the end");
        const char c = text_[at_];
        if (c == '!' || c == '-' || c == '+') {
            ++at_;
            if (++depth_ > most_depth) return complain("nested too deep");
            read_unary();
            --depth_;
            if (c == '!') add(Operation::Not);
            if (c == '-') add(Operation::Negate);
        } else if (c == '(') {
            ++at_;
            read_choice();
            skip_blanks();
            if (at_ < text_.size() && text_[at_] == ')') ++at_;
            else complain("a '(' is not closed");
        } else if (is_digit(c) || c == '.') {
            read_number();
        } else if (is_name(c)) {
            read_name();
        } else {
            complain(fmt::format("unexpected '{}'", c));
        }
    }

    void read_number()
    {
        double number = 0;
        const char* begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
        if (error != std::errc{}) return complain("a number cannot be read");
        at_ += static_cast<std::size_t>(end - begin);
        add(Operation::Number, static_cast<std::uint32_t>(made_.numbers_.size()));
        made_.numbers_.push_back(number);
    }

    void read_name()
    {
        const auto begin = at_;
        while (at_ < text_.size() && (is_name(text_[at_]) || text_[at_] == ':')) ++at_;
        // `?:` without blanks: a rule's name has no colon, a class has two.
        auto name = text_.substr(begin, at_ - begin);
        if (const auto colon = name.find(':');
            colon != std::string_view::npos && name.substr(colon, 2) != "::") {
            name = name.substr(0, colon);
            at_ = begin + colon;
        }
        const auto index = name_index_(name);
        add(Operation::Name, index);
        auto& names = made_.names_;
        if (std::find(names.begin(), names.end(), index) == names.end()) names.push_back(index);
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static bool is_name(char c)
    {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    std::string_view text_;
    const std::function<std::uint32_t(std::string_view)>& name_index_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::string fault_;
    Arithmetic made_;
};

Result<Arithmetic, std::string> Arithmetic::read(
    std::string_view text, const std::function<std::uint32_t(std::string_view)>& name_index)
{
    return ArithmeticReader{text, name_index}.read();
}

namespace {

double truth(bool is) { return is ? 1 : 0; }

double xor_of(double left, double right)
{
    return static_cast<double>(static_cast<std::int64_t>(left) ^ static_cast<std::int64_t>(right));
}

}  // namespace

double Arithmetic::evaluate(const std::vector<double>& values) const
{
    if (steps_.empty()) return 0;
    OperandStack<double> stack;
    const auto combine = [&](auto&& operation) {
        const double right = stack.pop();
        const double left = stack.pop();
        stack.push(operation(left, right));
    };
    for (std::size_t at = 0; at < steps_.size(); ++at) {
        const auto& step = steps_[at];
        const auto compare = [&](auto&& relation) {
            const double right = stack.pop();
            const bool holds = relation(stack.pop(), right);
            const bool is_last = step.at == 0;
            stack.push(holds && !is_last ? right : truth(holds));
            if (!holds && !is_last) at = step.at - 1;
        };
        switch (step.operation) {
            case Operation::Number: stack.push(numbers_[step.at]); break;
            case Operation::Name:
                if (std::isnan(values[step.at])) return values[step.at];
                stack.push(values[step.at]);
                break;
            case Operation::Not: stack.push(truth(stack.pop() == 0)); break;
            case Operation::Negate: stack.push(-stack.pop()); break;
            case Operation::Multiply: combine([](double a, double b) { return a * b; }); break;
            case Operation::Divide:
                if (stack.top() == 0) return 0;
                combine([](double a, double b) { return a / b; });
                break;
            case Operation::Add: combine([](double a, double b) { return a + b; }); break;
            case Operation::Subtract: combine([](double a, double b) { return a - b; }); break;
            case Operation::Less: compare(std::less{}); break;
            case Operation::LessOrEqual: compare(std::less_equal{}); break;
            case Operation::Greater: compare(std::greater{}); break;
            case Operation::GreaterOrEqual: compare(std::greater_equal{}); break;
            case Operation::Equal: compare(std::equal_to{}); break;
            case Operation::Unequal: compare(std::not_equal_to{}); break;
            case Operation::Xor: combine(xor_of); break;
            case Operation::And:
                if (stack.top() == 0) at = step.at - 1;
                else stack.pop();
                break;
            case Operation::Or:
                if (stack.top() != 0) at = step.at - 1;
                else stack.pop();
                break;
            case Operation::Branch:
                if (stack.pop() == 0) at = step.at - 1;
                break;
            case Operation::Jump: at = step.at - 1; break;
        }
    }
    return stack.pop();
}

}  // namespace lazaret::filter::rules
