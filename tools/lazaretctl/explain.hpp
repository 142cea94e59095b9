#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/records/explanation.hpp"
#include "base/records/verdict.hpp"

namespace lazaret::tools {

/// The hits as a table, most points first, with the sum below; a sentence when there are none.
/// What a message could have written in them is made harmless.
std::string hits_text(std::span<const Hit> hits, double score, std::size_t columns);

/// Which list entry decided, which ones had no proof, which settings were somebody's choice, and
/// the note: a line each, empty when there is nothing to say.
std::string explanation_text(const Explanation& explanation);

/// `allow list`, `deny list`, ...
std::string_view list_name(ListKind kind);

/// `spam: it looks like spam`
std::string class_text(Class id);

/// What an action means when it was done: `held in the quarantine`.
std::string_view done_text(Action action);

/// Whose entry or setting: `the site`, `tenant 3`, `the domain example.org`, `account 17`, ...
std::string owner_words(const Owner& owner);

/// The owner as a command line takes it: `*`, `@example.org`, `bob@example.org`, `tenant:3`.
std::string owner_text(const Owner& owner);

}  // namespace lazaret::tools
