#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milter/filter/rules/language/rule_source.hpp"

namespace lazaret::filter::rules {

/// The folders that rules are read from when the settings name none: the newest folder of
/// sa-update below `/var/lib/spamassassin`, else `/usr/share/spamassassin`; then
/// `/etc/spamassassin`. Only those that are there.
std::vector<std::string> usual_rule_folders();

/// Those that the settings name, else the usual ones.
std::vector<std::string> rule_folders(const std::vector<std::string>& chosen);

/// The files of the folders as SpamAssassin would read them: all `*.pre` first, then the `*.cf` of
/// each folder in the order of the folders, by name.
struct RuleFiles {
    std::vector<RuleFile> files;
    std::vector<Problem> problems;  ///< a folder or file that cannot be read

    /// Says what files there are, when they were changed, and how long they are: another text means
    /// that something changed.
    std::string fingerprint;
};

/// Only the fingerprint, of files that stand elsewhere, too (RuleSource::files_besides); cheap.
std::string rule_fingerprint(const std::vector<std::string>& folders,
                             const std::vector<std::string>& files_besides = {});

/// None when something changed while it was read: ask again later.
std::optional<RuleFiles> read_rule_files(const std::vector<std::string>& folders);

/// The whole way from folders to rules, as above. None when something changed meanwhile.
std::optional<RuleSource> read_rule_folders(const std::vector<std::string>& folders,
                                            UnsaidScores unsaid = UnsaidScores::One);

}  // namespace lazaret::filter::rules
