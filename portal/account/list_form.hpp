#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/directory.hpp"

namespace lazaret::portal {

/// One entry as its owner writes it; texts of a stranger, any bytes.
struct WrittenEntry {
    std::string kind;       ///< token(ListKind)
    std::string sender;     ///< an address, a domain, `.domain` with those below it
    std::string until;      ///< a day, `2026-11-23`; empty: for ever
    std::string comment;    ///< cut at most_comment bytes
    std::string list_id;    ///< of a newsletter; empty: all of the domain
    std::string proof{};    ///< Proof::text(), of a table that we wrote; empty: as for a typed one
    std::string address{};  ///< of a table: for this address alone; empty: for the account

    static WrittenEntry of(const std::map<std::string, std::string>& form);
};

inline constexpr std::size_t most_comment = 200;  ///< bytes

/// What the fields mean, or a sentence that says what to change. An allow entry asks for proof of
/// any kind: what a person types in proves nothing about who will write. Where a table says which
/// proof, that is asked for, but never a network: that would be less.
/// @param owner  an account; or a realm or domain, for an administrator
Result<store::NewEntry, std::string> entry_of(const WrittenEntry& written, const Owner& owner,
                                              const Words& words, Moment now);

}  // namespace lazaret::portal
