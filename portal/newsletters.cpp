#include "portal/newsletters.hpp"

#include <algorithm>

#include "portal/senders.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/newsletters.hpp"
#include "quarantine-store/release.hpp"

namespace lazaret::portal {

Pressed accept_newsletter(const Site& site, store::Database& database,
                          const store::HeldDetails& copy, const store::Actor& actor)
{
    if (!store::may(actor.role, Deed::AcceptNewsletter, copy.summary)) return Pressed::NotAllowed;
    // The entry first: who presses again after a crash between the two gets what is missing.
    const auto entry = sender_entry(copy, ListKind::Newsletter);
    if (!entry) return Pressed::NotAllowed;
    const auto listed = store::Directory{database}.add_entry(*entry, actor);
    if (!listed) return pressed(listed.error());
    std::vector<Reference> others;
    auto copies = store::held_of_newsletter(database, copy);
    // Released before: its owner says now what it is.
    if (std::ranges::find(copies, copy.summary.reference) == copies.end())
        copies.push_back(copy.summary.reference);
    for (const auto& one : copies) {
        const auto begun = store::begin_release(database, one, actor, Deed::AcceptNewsletter);
        if (!begun || begun->outcome != store::ReleaseAnswer::Outcome::Postponed) continue;
        if (one == copy.summary.reference) site.releases.send(one, site.keys);
        else others.push_back(one);
    }
    if (!others.empty()) site.releases.take_on(others, site.keys);
    return Pressed::Done;
}

}  // namespace lazaret::portal
