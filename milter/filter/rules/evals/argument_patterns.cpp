#include "milter/filter/rules/evals/argument_patterns.hpp"

#include <utility>

namespace lazaret::filter::rules {
namespace {

bool has_delimiters(std::string_view text)
{
    if (text.starts_with("qr")) text.remove_prefix(2);
    else if (text.starts_with('m')) text.remove_prefix(1);
    else return text.starts_with('/');
    if (text.empty()) return false;
    const auto c = static_cast<unsigned char>(text.front());
    const auto is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !is_letter && !(c >= '0' && c <= '9') && c != '_';
}

}  // namespace

Result<Expression, std::string> ArgumentPatterns::compile(std::string_view text, Written written)
{
    if (written == Written::Bare || !has_delimiters(text))
        return Expression::compile({std::string{text}, {}});
    const auto pattern = read_pattern(text);
    if (!pattern) return because(pattern.error());
    return Expression::compile(*pattern);
}

std::string ArgumentPatterns::add(std::string_view text, Written written)
{
    auto expression = compile(text, written);
    if (!expression) return expression.error();
    auto& all = written == Written::Bare ? bare_ : as_in_rules_;
    all.try_emplace(std::string{text}, std::move(*expression));
    return {};
}

const Expression* ArgumentPatterns::find(std::string_view text, Written written) const
{
    const auto& all = written == Written::Bare ? bare_ : as_in_rules_;
    const auto found = all.find(text);
    return found == all.end() ? nullptr : &found->second;
}

}  // namespace lazaret::filter::rules
