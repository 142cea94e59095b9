#pragma once

#include <string>

#include "base/records/verdict.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/requests.hpp"
#include "quarantine-store/visits.hpp"

/// What the pages say about a held copy, in somebody's language.
namespace lazaret::portal {

/// `Spam`, `Newsletter`, ...
std::string class_name(const Words& words, Class id);
/// What that means for the person, in a sentence.
std::string class_sentence(const Words& words, Class id);

/// The button that sends a copy to its recipient, for himself or for his guest.
std::string release_label(const Words& words, bool is_guest);

/// Where the copy is on its way, and what comes next.
/// @param is_own  whether whoever reads this is its recipient.
std::string state_sentence(const Words& words, const store::HeldDetails& copy, Moment now,
                           bool is_own = true);
/// What became of a request. @param is_own  as above.
std::string request_sentence(const Words& words, const store::Request& request, bool is_own = true);

/// So many bytes of an address or a reason are shown.
inline constexpr std::size_t longest_shown = 500;

/// That an administrator saw it, or what is in the account of whoever reads this.
std::string look_sentence(const Words& words, const store::Visitor& visitor);

/// What the antivirus said of the attachments when the message was held; empty when that is not
/// known.
std::string scan_sentence(const Words& words, const store::HeldDetails& copy);

/// `1.2 MB`
std::string size_text(const Words& words, std::uint64_t bytes);

}  // namespace lazaret::portal
