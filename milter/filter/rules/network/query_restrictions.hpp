#pragma once

#include <map>
#include <string>
#include <string_view>

#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// Which names rules may ask the DNS for (`dns_query_restriction`).
class QueryRestrictions {
public:
    static QueryRestrictions from(const RuleSettings& settings);

    /// What is said of the name or of the nearest domain above it; else of `*`; else yes.
    /// @param name  small letters, as in dns::Question
    [[nodiscard]] bool allow(std::string_view name) const;

private:
    std::map<std::string, bool, std::less<>> allowed_;
};

}  // namespace lazaret::filter::rules
