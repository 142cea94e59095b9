#pragma once

#include <span>
#include <vector>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// Copies of one account that somebody chose, or of all accounts of a tenant but one. What is not
/// there, or another's, counts as not there.
struct HeldChoice {
    TenantId tenant = site_tenant;  ///< of all others: site_tenant is any
    AccountId account = 0;
    std::vector<Reference> copies{};
    /// The account is the administrator's own: with what is his he may do what its recipient may,
    /// in his own quarantine.
    bool is_of_all_others = false;
};

/// What is asked before many are acted on: one line for the copies that are alike.
struct ChosenKind {
    HeldSummary like;  ///< class, state and holds of them; nothing else is filled in
    std::size_t count = 0;
};
std::vector<ChosenKind> kinds_of(Database& database, const HeldChoice& choice);

/// Whether the deed can be done to such a copy now, by may() and by its state. To allow a sender
/// and to accept a newsletter mean that the message is released, too.
bool is_open_to(Role role, Deed deed, const HeldSummary& copy);

/// Deletes what may be deleted, as Quarantine::remove() does, some hundreds in one transaction.
/// @return those that were deleted now; what was gone before, or may not go, is not among them.
std::vector<Reference> delete_many(Database& database, const HeldChoice& choice,
                                   const Actor& actor);

/// As begin_release(), some hundreds in one transaction, each with its vote.
/// @param as  what it is done as: to accept a newsletter releases nothing but newsletters.
/// @return those that are to be taken up now.
std::vector<Reference> begin_releases(Database& database, const HeldChoice& choice,
                                      const Actor& actor, Deed as = Deed::Release);

/// What list entries are made from: all of HeldDetails but hits and preview. One each of those that
/// the entry for would be the same.
std::vector<HeldDetails> senders_of(Database& database, const HeldChoice& choice);

}  // namespace lazaret::store
