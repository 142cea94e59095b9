#pragma once

#include "base/records/settings.hpp"
#include "base/records/verdict.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/lists.hpp"

namespace lazaret::filter {

/// What a message is for one recipient. The first that applies:
///
/// 1. virus, dangerous: over every list.
/// 2. unscanned: over lists and score too, since a copy of class denied or spam could be released
///    by its recipient, and nobody knows what is in it.
/// 3. denied: a deny entry won.
/// 4. certain spam, spam: by the score, unless an allow entry won.
/// 5. newsletter: bulk mail that the recipient has not accepted. An allow entry does not lift it.
/// 6. clean.
Class classify(const Findings& findings, double score, const Settings& settings,
               const ListAnswer& lists);

}  // namespace lazaret::filter
