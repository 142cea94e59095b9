#include "portal/copy_deeds.hpp"

#include <utility>

#include "base/text.hpp"
#include "portal/form.hpp"
#include "portal/newsletters.hpp"
#include "portal/senders.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/release.hpp"
#include "quarantine-store/requests.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_comment = 2'000;  // bytes

Pressed pressed(store::DeedFault fault)
{
    switch (fault) {
        case store::DeedFault::Unknown:
        case store::DeedFault::Elsewhere: return Pressed::Gone;
        case store::DeedFault::NotAllowed:
        case store::DeedFault::LegalHold: return Pressed::NotAllowed;
        case store::DeedFault::TooLate:
        case store::DeedFault::Deleted: return Pressed::Done;  // the page says what was first
    }
    return Pressed::NotAllowed;
}

// One press, with what all of them need.
class Deeds {
public:
    Deeds(const Site& site, store::Database& database, const store::HeldDetails& copy,
          const Request& request, store::Actor actor)
        : site_{site}, database_{database}, copy_{copy}, request_{request}, actor_{std::move(actor)}
    {
    }

    Pressed release(Deed as = Deed::Release)
    {
        const auto answer = store::begin_release(database_, copy_.summary.reference, actor_, as);
        if (!answer) return pressed(answer.error());
        if (answer->outcome == store::ReleaseAnswer::Outcome::Postponed)
            site_.releases.send(copy_.summary.reference, site_.keys);
        return Pressed::Done;
    }

    Pressed remove()
    {
        const auto answer = store::Quarantine{database_}.remove(copy_.summary.reference, actor_);
        return answer ? Pressed::Done : pressed(answer.error());
    }

    Pressed ask(store::RequestKind kind)
    {
        const auto comment = valid_utf8(field(request_.form, "comment"));
        const auto answer = store::Requests{database_}.ask(
            kind, copy_.summary.reference, std::string{cut_utf8(comment, longest_comment)}, actor_);
        return answer ? Pressed::Done : pressed(answer.error());
    }

    Pressed list(ListKind kind)
    {
        auto entry = sender_entry(copy_, kind);
        if (!entry) return Pressed::NotAllowed;
        // Made anew from the copy: what the form says is only which of the two.
        if (kind == ListKind::Allow && field(request_.form, "which") == "steady")
            widen(*entry, copy_);
        const auto answer = store::Directory{database_}.add_entry(*entry, actor_);
        return answer ? Pressed::Done : portal::pressed(answer.error());
    }

    // Only what is about the sender of this copy, and was made by a link.
    Pressed forget()
    {
        store::Directory directory{database_};
        const auto kind = field(request_.form, "kind");
        const auto sender = field(request_.form, "sender");
        for (const auto& listed : entries_about(database_, copy_, site_.now()))
            if (listed.origin == store::made_by_link && token(listed.entry.kind) == kind &&
                listed.entry.sender.text == sender)
                directory.remove_entry(listed.entry.id, actor_);
        return Pressed::Done;
    }

private:
    const Site& site_;
    store::Database& database_;
    const store::HeldDetails& copy_;
    const Request& request_;
    store::Actor actor_;
};

// The entry first: who presses again after a crash between the two gets what is missing.
Pressed list_and_release(Deeds& deeds, ListKind kind)
{
    const auto listed = deeds.list(kind);
    if (listed != Pressed::Done) return listed;
    return deeds.release(kind == ListKind::Newsletter ? Deed::AcceptNewsletter : Deed::Release);
}

}  // namespace

Pressed pressed(store::DirectoryFault fault)
{
    switch (fault) {
        case store::DirectoryFault::TooMany: return Pressed::ListsFull;
        case store::DirectoryFault::Elsewhere: return Pressed::Gone;
        default: return Pressed::NotAllowed;
    }
}

Pressed press(const Site& site, store::Database& database, const store::HeldDetails& copy,
              Press what, const Request& request, const store::Actor& actor)
{
    const auto right = info(what).right;
    if (right && !store::may(actor.role, *right, copy.summary)) return Pressed::NotAllowed;
    // Whoever asks an administrator is none himself.
    if ((what == Press::Adjust || what == Press::Ask) && actor.role != Role::Recipient)
        return Pressed::NotAllowed;
    Deeds deeds{site, database, copy, request, actor};
    switch (what) {
        case Press::Release: return deeds.release();
        case Press::Newsletter: return accept_newsletter(site, database, copy, actor);
        case Press::Allow: return list_and_release(deeds, ListKind::Allow);
        case Press::Adjust: return deeds.ask(store::RequestKind::Adjust);
        case Press::Ask: return deeds.ask(store::RequestKind::Release);
        case Press::Block: return deeds.list(ListKind::Deny);
        case Press::Delete: return deeds.remove();
        case Press::Forget: return deeds.forget();
        case Press::Fresh:
        case Press::Look: return Pressed::Done;
    }
    return Pressed::NotAllowed;
}

}  // namespace lazaret::portal
