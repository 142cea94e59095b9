#include "milter/filter/rules/evals/content_arguments.hpp"

#include <array>
#include <charconv>

#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

/// Perl's numeric value of a text: what it begins with, else 0.
double number_at_start(std::string_view text)
{
    text = without_leading_blanks(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

enum class Comparison { Equal, Unequal, AtMost, AtLeast, Less, Greater };

struct Operator {
    std::string_view text;
    Comparison comparison;
};
// The longer ones first: `<=` begins like `<`.
constexpr auto operators = std::to_array<Operator>({{"==", Comparison::Equal},
                                                    {"!=", Comparison::Unequal},
                                                    {"<=", Comparison::AtMost},
                                                    {">=", Comparison::AtLeast},
                                                    {"<", Comparison::Less},
                                                    {">", Comparison::Greater}});

bool holds(Comparison comparison, double left, double right)
{
    switch (comparison) {
        case Comparison::Equal: return left == right;
        case Comparison::Unequal: return left != right;
        case Comparison::AtMost: return left <= right;
        case Comparison::AtLeast: return left >= right;
        case Comparison::Less: return left < right;
        case Comparison::Greater: return left > right;
    }
    return false;
}

}  // namespace

std::string_view text_at(Arguments arguments, std::size_t at)
{
    return at < arguments.size() ? std::string_view{arguments[at]} : std::string_view{};
}

std::optional<double> number_at(Arguments arguments, std::size_t at)
{
    if (at >= arguments.size()) return std::nullopt;
    return number_at_start(arguments[at]);
}

Range Range::from(Arguments arguments, std::size_t at)
{
    return {number_at(arguments, at), number_at(arguments, at + 1)};
}

bool Range::has(double value) const
{
    return least && value >= *least && (!most || value <= *most);
}

bool Range::has_below_end(double value) const { return has(value) && (!most || value < *most); }

bool compares(double value, std::string_view comparison)
{
    if (comparison.find_first_not_of("<>=!-+ 0123456789") != std::string_view::npos) return false;
    comparison = without_leading_blanks(comparison);
    for (const auto& [text, kind] : operators) {
        if (!comparison.starts_with(text)) continue;
        const auto operand = without_leading_blanks(comparison.substr(text.size()));
        return !operand.empty() && holds(kind, value, number_at_start(operand));
    }
    return false;
}

}  // namespace lazaret::filter::rules
