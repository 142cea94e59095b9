#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "milter/filter/rules/language/features.hpp"
#include "milter/filter/rules/language/place.hpp"

namespace lazaret::filter::rules {

/// One line of a rule file that counts: its first word, and the rest.
struct Statement {
    std::string_view key;       ///< as written, but `-` is `_` and letters are small
    std::string_view value;     ///< without blanks at its ends
    std::string_view language;  ///< of `lang XX ...`; else empty
    int line = 0;
};

/// A file as it was read.
struct RuleFile {
    std::string name;  ///< path, for places
    std::string text;
};

/// Gives the text of a file that `include` names; else why not: `is not a file`.
using FileReader = std::function<Result<std::string, std::string>(const std::string& path)>;

/// Reads one file, statement by statement: takes off comments, follows `if`, `ifplugin`, `else`,
/// `endif` and `require_version`, and reads what `include` names in its place.
///
/// @param plugins  may grow while it reads: `loadplugin` is a statement like others.
/// @param take  gets each statement; views live until it returns.
void read_statements(const RuleFile& file, const LoadedPlugins& plugins,
                     const FileReader& read_file,
                     const std::function<void(const Statement&, const std::string& file)>& take,
                     std::vector<Problem>& problems);

}  // namespace lazaret::filter::rules
