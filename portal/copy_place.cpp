#include "base/log.hpp"
#include "portal/copy_deeds.hpp"
#include "portal/copy_page.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/pages.hpp"
#include "portal/preview_frame.hpp"
#include "portal/senders.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/visits.hpp"

namespace lazaret::portal {
namespace {

std::string path_of(const Site& site, const std::string& claim)
{
    return site.prefix + "/m/" + claim;
}

// What became of the message, for the owner of a link that was good. Nothing of the message is
// shown, and nothing can be done but ask for a new report.
Response expired(const Site& site, const Reader& reader, const store::HeldDetails& copy,
                 const std::string& claim, bool orders_report)
{
    Notice notice{410, reader.words("This link is too old"),
                  state_sentence(reader.words, copy, site.now()) + ' ' +
                      reader.words("To act on it, use the link in your newest report.")};
    if (orders_report) {
        notice.action = path_of(site, claim) + "/fresh";
        notice.button = reader.words("Send me a new report by mail");
    }
    return notice_page(site, reader, notice);
}

// Leads a guest to where he sees what others share with him.
Response guest_notice(const Site& site, const Reader& reader, Notice notice)
{
    notice.link = site.prefix + "/account/others";
    notice.link_text = reader.words("Other quarantines");
    return notice_page(site, reader, notice);
}

// The same for a guest, whose link stands in no report.
Response expired_for_guest(const Site& site, const Reader& reader, const store::HeldDetails& copy)
{
    return guest_notice(
        site, reader,
        {410, reader.words("This link is too old"),
         state_sentence(reader.words, copy, site.now(), false) + ' ' +
             reader.words("This is another's message. To see it, open his quarantine once more.")});
}

Response not_allowed(const Site& site, const Reader& reader, Class verdict)
{
    return notice_page(
        site, reader,
        {403, reader.words("This cannot be done"), class_sentence(reader.words, verdict)});
}

void note_bad_link(const Request& request, store::ClaimFault fault)
{
    log::info("link refused", {{"client", request.client}, {"why", store::sentence(fault)}});
}

// What a link says of itself.
struct Claimed {
    Reference copy;
    std::optional<AccountId> visitor{};  // whose link it is; none: the recipient's
    bool is_expired = false;

    [[nodiscard]] bool is_guests() const { return visitor.has_value(); }
};

std::optional<Claimed> claimed_by(const Site& site, const Request& request, const Route& route)
{
    bool is_expired = false;
    auto claim = store::open_claim(site.keys, route.claim, site.now());
    if (!claim && claim.error() == store::ClaimFault::Expired) {
        is_expired = true;
        claim = store::open_expired_claim(site.keys, route.claim);
    }
    if (!claim) {
        note_bad_link(request, claim.error());
        return std::nullopt;
    }
    if (const auto* owners = std::get_if<store::CopyClaim>(&*claim))
        return Claimed{owners->copy, std::nullopt, is_expired};
    if (const auto* guests = std::get_if<store::GuestClaim>(&*claim))
        return Claimed{guests->copy, guests->visitor, is_expired};
    note_bad_link(request, store::ClaimFault::Malformed);
    return std::nullopt;
}

// Who has the copy before him: its recipient, or whoever is his guest just now, whose look is
// written down with that; none: nobody who may.
std::optional<store::Actor> onlooker(const Site& site, store::Database& database,
                                     const Request& request, const Claimed& claimed,
                                     const store::HeldSummary& copy)
{
    if (!claimed.visitor) return store::Actor{copy.mailbox, request.client, Role::Recipient, true};
    const auto token = token_of(site, request);
    if (token.empty()) return std::nullopt;
    return store::Visits{database, token}.look(claimed.copy, *claimed.visitor, request.client);
}

Response no_guest(const Site& site, const Reader& reader)
{
    return guest_notice(
        site, reader,
        {403, reader.words("You are no guest here any more"),
         reader.words("This is another's message. To see it, open his quarantine once more.")});
}

// To a guest what is held for himself has nothing to do with it.
Response gone_for(const Claimed& claimed, const Site& site, const Reader& reader)
{
    if (!claimed.is_guests()) return gone(site, reader);
    return guest_notice(site, reader,
                        {410, reader.words("This message is no longer here"),
                         reader.words("It was kept for its time and then deleted.")});
}

// A copy, and who has it before him.
struct Seen {
    Claimed claimed;
    store::HeldDetails copy;
    Reader reader;
    store::Actor actor;
};

Response show(const Site& site, store::Database& database, Seen seen, const Route& route)
{
    CopyView view{.claim = route.claim,
                  .copy = std::move(seen.copy),
                  .first = route.press,
                  .role = seen.actor.role,
                  .is_guest = seen.claimed.is_guests()};
    const auto& reference = seen.claimed.copy;
    view.entries = entries_about(database, view.copy, site.now());
    view.requests = store::Requests{database}.of_copy(reference);
    view.looks = store::looks_at(database, reference);
    return copy_page(site, seen.reader, view);
}

Response act(const Site& site, store::Database& database, const Seen& seen, const Request& request,
             const Route& route)
{
    const auto& copy = seen.copy.summary;
    if (*route.press == Press::Fresh)
        return seen.claimed.is_guests()
                   ? nothing_here(site, seen.reader)
                   : order_report(site, database, seen.reader, copy.tenant, copy.mailbox);
    switch (press(site, database, seen.copy, *route.press, request, seen.actor)) {
        case Pressed::Done: return see_other(path_of(site, route.claim));
        case Pressed::NotAllowed: return not_allowed(site, seen.reader, copy.verdict);
        case Pressed::Gone: return gone_for(seen.claimed, site, seen.reader);
        case Pressed::ListsFull: return lists_full(site, seen.reader);
    }
    return nothing_here(site, seen.reader);
}

// `work(database, seen)` for whoever may have the copy of a claim before him.
template <class F>
Response with_copy(const Site& site, const Request& request, const Claimed& claimed, F&& work)
{
    const auto a_stranger = stranger(site, request.languages);
    return site.databases.with([&](store::Database& database) {
        auto copy = store::Quarantine{database}.find(claimed.copy);
        if (!copy) return gone_for(claimed, site, a_stranger);
        auto actor = onlooker(site, database, request, claimed, copy->summary);
        if (!actor) return no_guest(site, a_stranger);
        auto reader = reader_of(site, database, actor->name);
        return work(database,
                    Seen{claimed, std::move(*copy), std::move(reader), *std::move(actor)});
    });
}

}  // namespace

Response copy_place(const Site& site, const Request& request, const Route& route)
{
    const bool is_post = request.method == Method::Post;
    const auto claimed = claimed_by(site, request, route);
    if (!claimed) return bad_link(site, stranger(site, request.languages));
    return with_copy(site, request, *claimed, [&](store::Database& database, Seen seen) {
        const bool orders = !claimed->is_guests() && may_order_report(site, route.claim);
        if (claimed->is_expired && claimed->is_guests())
            return expired_for_guest(site, seen.reader, seen.copy);
        if (claimed->is_expired && !(is_post && orders && route.press == Press::Fresh))
            return expired(site, seen.reader, seen.copy, route.claim, orders);
        if (is_post && route.press) return act(site, database, seen, request, route);
        return show(site, database, std::move(seen), route);
    });
}

Response preview_place(const Site& site, const Request& request, const Route& route)
{
    const auto claimed = claimed_by(site, request, route);
    if (!claimed || claimed->is_expired) return bad_link(site, stranger(site, request.languages));
    return with_copy(site, request, *claimed, [&](store::Database&, const Seen& seen) {
        const auto& copy = seen.copy;
        if (shown_as(seen.actor.role, copy.summary.verdict, copy.preview) != Shown::Html)
            return nothing_here(site, seen.reader);
        return preview_frame(site, seen.reader.words, copy.preview);
    });
}

}  // namespace lazaret::portal
