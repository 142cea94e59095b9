#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milter/filter/rules/patterns/compiled_form.hpp"

namespace lazaret::filter::rules {

/// The name of the file that has the compiled form of these patterns: a hash of all that the form
/// depends on, so that another Hyperscan or processor makes one of its own.
std::string form_file_name(const std::vector<Pattern>& patterns);

/// Writes the form, or a line to the log when that fails: it can be made again. Forms in the same
/// folder that nobody read for sixty days go.
void keep_form(const std::string& path, const CompiledForm& form);

/// The form of these patterns that keep_form() wrote; its plans are without text and flags, which
/// only compiling needs. Nothing where the file is not there, not whole, not for this processor, or
/// may have been written by anybody but root and who runs this: a form is as good as code.
std::optional<CompiledForm> kept_form(const std::string& path,
                                      const std::vector<Pattern>& patterns);

}  // namespace lazaret::filter::rules
