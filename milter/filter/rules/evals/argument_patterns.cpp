#include "milter/filter/rules/evals/argument_patterns.hpp"

#include <mutex>

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

std::optional<Expression> compile(std::string_view text, ArgumentPatterns::Written written)
{
    Pattern pattern{std::string{text}, {}};
    if (written == ArgumentPatterns::Written::AsInRules && has_delimiters(text)) {
        auto read = read_pattern(text);
        if (!read) return std::nullopt;
        pattern = std::move(*read);
    }
    auto expression = Expression::compile(pattern);
    if (!expression) return std::nullopt;
    return std::move(*expression);
}

}  // namespace

const Expression* ArgumentPatterns::find(std::string_view text, Written written)
{
    auto key = std::string{written == Written::Bare ? 'b' : 'd'} + std::string{text};
    {
        const std::shared_lock lock{mutex_};
        if (const auto found = compiled_.find(key); found != compiled_.end())
            return found->second ? &*found->second : nullptr;
    }
    auto expression = compile(text, written);
    const std::unique_lock lock{mutex_};
    const auto& kept = compiled_.try_emplace(std::move(key), std::move(expression)).first->second;
    return kept ? &*kept : nullptr;
}

}  // namespace lazaret::filter::rules
