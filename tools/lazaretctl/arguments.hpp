#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/identity.hpp"
#include "base/records/list_entry.hpp"
#include "base/records/verdict.hpp"
#include "quarantine-store/database.hpp"

/// What people write on the command line, understood. Each function throws Error{Usage}, with what
/// may be written as a hint.
namespace lazaret::tools {

/// The name of a held copy or a refusal.
Reference reference_argument(std::string_view text);

/// `bob@example.org`
Address address_argument(std::string_view text);

/// `spam`, `newsletter`, ...
Class class_argument(std::string_view text);

/// A sender for a list: `bob@example.org`, `@example.org`, `.example.org`.
SenderPattern sender_argument(std::string_view text);

/// A moment in the past: `90min`, `12h`, `7d` before `now`, or a day, `2026-11-23`, from its first
/// moment in UTC.
Moment since_argument(std::string_view text, Moment now);

/// A moment to come: `12h`, `7d` after `now`, or a day, `2026-11-23`, to its last moment in UTC.
Moment until_argument(std::string_view text, Moment now);

/// Who sits at the keyboard: the user who called sudo, else the one whose process this is.
store::Actor acting_person();

}  // namespace lazaret::tools
