#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "milter/filter/rules/language/features.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"
#include "milter/filter/rules/language/statements.hpp"
#include "milter/filter/rules/language/suggested_scores.hpp"

namespace lazaret::filter::rules {

/// All that the rule files say, once they are all read.
struct RuleSource {
    std::map<std::string, Rule, std::less<>> rules;
    RuleSettings settings;
    LoadedPlugins plugins;
    std::vector<Problem> problems;  ///< what was not understood, in the order of reading
    /// The text of the file `languages` beside the rules; empty unless `ok_languages` asks for it.
    std::string language_models;
    /// Files outside of the folders that were read, or are to be: those that `include` names, and
    /// the feeds of links known for phishing. Their change is one of the rules.
    std::vector<std::string> files_besides{};
};

/// Reads the files in order; later lines win. What is not understood is a problem, named with its
/// line, and the rest works.
RuleSource read_rules(std::span<const RuleFile> files, const FileReader& read_file,
                      UnsaidScores unsaid = UnsaidScores::One);

}  // namespace lazaret::filter::rules
