#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "milter/filter/rules/patterns/expression.hpp"

namespace lazaret::filter::rules {

/// The patterns that rules hand to eval functions as arguments, each compiled when it is first
/// asked for. Threads may share it.
class ArgumentPatterns {
public:
    /// How a function wants its pattern.
    enum class Written {
        Bare,      ///< `<!--.*?-->`
        AsInRules  ///< `/^name$/i`, or bare
    };

    /// The compiled pattern; null when it is none. Lives as long as this.
    const Expression* find(std::string_view text, Written written);

private:
    std::shared_mutex mutex_;
    std::unordered_map<std::string, std::optional<Expression>> compiled_;
};

}  // namespace lazaret::filter::rules
