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
    const auto held = store::held_of_newsletter(database, copy);
    const auto& pressed_on = copy.summary.reference;
    auto begun = store::begin_releases(database, held, actor, Deed::AcceptNewsletter);
    // Released before: its owner says now what it is. Or it is begun anew, since the mail server
    // refused it; or it is too old to be among the others.
    if (std::ranges::find(held.copies, pressed_on) == held.copies.end()) {
        const auto answer =
            store::begin_release(database, pressed_on, actor, Deed::AcceptNewsletter);
        if (answer && answer->outcome == store::ReleaseAnswer::Outcome::Postponed)
            begun.push_back(pressed_on);
    }
    if (std::erase(begun, pressed_on) > 0) site.releases.send(pressed_on, site.keys);
    if (!begun.empty()) site.releases.take_on(begun, site.keys);
    return Pressed::Done;
}

}  // namespace lazaret::portal
