#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazaret::filter::rules {

/// The SpamAssassin that rule files are told they run under (`version`, `require_version`).
inline constexpr double spamassassin_version = 4.000001;

/// Which plugins the site's `loadplugin` lines name; names without `Mail::SpamAssassin::Plugin::`.
/// And what its `enable_compat` lines turn on, by the names that conditions ask for
/// (compat_method).
using LoadedPlugins = std::set<std::string, std::less<>>;

/// The name of a plugin as we keep it: without the common prefix, and by its new name where it was
/// renamed (`Dmarc`, `WhiteListSubject`).
std::string plugin_name(std::string_view class_name);

/// What `can()` is asked for that `enable_compat NAME` turns on. Debian's init.pre has one of 4.0's
/// new names for the rules on welcome lists, which had others before.
std::string compat_method(std::string_view name);

/// Whether we do what the plugin does, all or in part; else its rules cannot work here.
bool is_known_plugin(std::string_view name);

/// `can(Class::method)`: whether the named feature of SpamAssassin or of one of the loaded plugins
/// is there.
bool can(std::string_view method, const LoadedPlugins& plugins);

/// Whether the lines behind `if TEXT` count. TEXT has `plugin(...)`, `can(...)`, `has(...)`,
/// `version`, `local_tests_only`, numbers, and the operators of Arithmetic.
/// @return the answer, or a sentence that says what is wrong with the condition.
Result<bool, std::string> holds(std::string_view condition, const LoadedPlugins& plugins);

}  // namespace lazaret::filter::rules
