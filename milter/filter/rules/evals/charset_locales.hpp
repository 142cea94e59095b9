#pragma once

#include <set>
#include <string>
#include <string_view>

#include "milter/filter/rules/language/rule_settings.hpp"

namespace lazaret::filter::rules {

/// The charsets that mail at this site may have (`ok_locales`), for the tests that look for far
/// away ones. Charsets of the western world, and Unicode's, are always all right.
class CharsetLocales {
public:
    static CharsetLocales from(const RuleSettings& settings);

    /// Whether every charset is all right, as it is unless somebody says otherwise.
    [[nodiscard]] bool take_all() const noexcept { return all_; }

    /// Whether mail in that charset is expected. Its name may be written in any way.
    [[nodiscard]] bool take(std::string_view charset) const;

private:
    bool all_ = true;
    std::set<std::string_view> charsets_;  ///< besides those of everybody; capitals and digits only
};

}  // namespace lazaret::filter::rules
