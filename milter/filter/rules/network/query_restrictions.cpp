#include "milter/filter/rules/network/query_restrictions.hpp"

#include "base/text.hpp"

namespace lazaret::filter::rules {

QueryRestrictions QueryRestrictions::from(const RuleSettings& settings)
{
    QueryRestrictions restrictions;
    for (const auto& line : settings.lines("dns_query_restriction")) {
        const auto words = words_of(line.value);
        if (words.empty()) continue;
        const bool is_allowed = same_ignoring_case(words.front(), "allow");
        for (std::size_t at = 1; at < words.size(); ++at) {
            auto domain = words[at];
            if (domain.starts_with('.')) domain.remove_prefix(1);
            if (domain.ends_with('.')) domain.remove_suffix(1);
            restrictions.allowed_[ascii_lower(domain)] = is_allowed;
        }
    }
    return restrictions;
}

bool QueryRestrictions::allow(std::string_view name) const
{
    if (allowed_.empty()) return true;
    while (!name.empty()) {
        if (const auto found = allowed_.find(name); found != allowed_.end()) return found->second;
        const auto dot = name.find('.');
        name = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
    }
    const auto all = allowed_.find("*");
    return all == allowed_.end() || all->second;
}

}  // namespace lazaret::filter::rules
