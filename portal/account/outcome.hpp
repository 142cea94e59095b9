#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/mail/seal.hpp"
#include "base/words/words.hpp"
#include "portal/account/visit.hpp"

namespace lazaret::portal {

/// What came of a deed that was done to many: told on the page that the person returns to.
struct Outcome {
    std::size_t released = 0;
    std::size_t deleted = 0;
    std::size_t listed = 0;    ///< new or renewed list entries
    std::size_t too_many = 0;  ///< entries for which the lists have no room; then nothing is sent

    bool operator==(const Outcome&) const = default;
};

/// As it stands in the address of that page. Sealed for this account: nobody else's link can tell
/// him what did not happen.
std::string seal_outcome(const SealKeys& keys, const Visit& visit, const Outcome& outcome);
std::optional<Outcome> open_outcome(const SealKeys& keys, const Visit& visit,
                                    std::string_view text);

/// In sentences.
std::string outcome_text(const Words& words, const Outcome& outcome, Whose whose);

}  // namespace lazaret::portal
