#include "base/log.hpp"
#include "portal/copy_deeds.hpp"
#include "portal/copy_page.hpp"
#include "portal/notice.hpp"
#include "portal/pages.hpp"
#include "portal/preview_frame.hpp"
#include "portal/senders.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/link/claim.hpp"

namespace lazaret::portal {
namespace {

std::string path_of(const Site& site, const std::string& claim)
{
    return site.prefix + "/m/" + claim;
}

Response gone(const Site& site, const Reader& reader)
{
    return notice_page(
        site, reader,
        {410, reader.words("This message is no longer here"),
         reader.words("It was kept for its time and then deleted. What is held for you "
                      "now stands in your newest report.")});
}

// What became of the message, for the owner of a link that was good. Nothing of the message is
// shown, and nothing can be done but ask for a new report.
Response expired(const Site& site, const Reader& reader, const store::HeldDetails& copy,
                 const std::string& claim)
{
    Notice notice{410, reader.words("This link is too old"),
                  state_sentence(reader.words, copy, site.now()) + ' ' +
                      reader.words("To act on it, use the link in your newest report.")};
    if (may_order_report(site, claim)) {
        notice.action = path_of(site, claim) + "/fresh";
        notice.button = reader.words("Send me a new report by mail");
    }
    return notice_page(site, reader, notice);
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

std::optional<Reference> reference_of(const Site& site, const Request& request, const Route& route,
                                      bool& is_expired)
{
    auto claim = store::open_claim(site.keys, route.claim, site.now());
    if (!claim && claim.error() == store::ClaimFault::Expired) {
        is_expired = true;
        claim = store::open_expired_claim(site.keys, route.claim);
    }
    if (!claim) {
        note_bad_link(request, claim.error());
        return std::nullopt;
    }
    const auto* of_copy = std::get_if<store::CopyClaim>(&*claim);
    if (!of_copy) {
        note_bad_link(request, store::ClaimFault::Malformed);
        return std::nullopt;
    }
    return of_copy->copy;
}

Response show(const Site& site, store::Database& database, const Reader& reader,
              store::HeldDetails copy, const Route& route)
{
    CopyView view{.claim = route.claim, .copy = std::move(copy), .first = route.press};
    view.entries = entries_about(database, view.copy, site.now());
    view.requests = store::Requests{database}.of_copy(view.copy.summary.reference);
    return copy_page(site, reader, view);
}

Response act(const Site& site, store::Database& database, const Reader& reader,
             const store::HeldDetails& copy, const Request& request, const Route& route)
{
    if (*route.press == Press::Fresh)
        return order_report(site, database, reader, copy.summary.tenant, copy.summary.mailbox);
    switch (press(site, database, copy, *route.press, request)) {
        case Pressed::Done: return see_other(path_of(site, route.claim));
        case Pressed::NotAllowed: return not_allowed(site, reader, copy.summary.verdict);
        case Pressed::Gone: return gone(site, reader);
    }
    return nothing_here(site, reader);
}

}  // namespace

Response copy_place(const Site& site, const Request& request, const Route& route)
{
    const bool is_post = request.method == Method::Post;
    const auto a_stranger = stranger(site, request.languages);
    bool is_expired = false;
    const auto reference = reference_of(site, request, route, is_expired);
    if (!reference) return bad_link(site, a_stranger);
    return site.databases.with([&](store::Database& database) {
        auto copy = store::Quarantine{database}.find(*reference);
        if (!copy) return gone(site, a_stranger);
        const auto reader = reader_of(site, database, copy->summary.mailbox);
        const bool asks_report = route.press == Press::Fresh && may_order_report(site, route.claim);
        if (is_expired && !(is_post && asks_report))
            return expired(site, reader, *copy, route.claim);
        if (is_post && route.press) return act(site, database, reader, *copy, request, route);
        return show(site, database, reader, std::move(*copy), route);
    });
}

Response preview_place(const Site& site, const Request& request, const Route& route)
{
    const auto a_stranger = stranger(site, request.languages);
    bool is_expired = false;
    const auto reference = reference_of(site, request, route, is_expired);
    if (!reference || is_expired) return bad_link(site, a_stranger);
    return site.databases.with([&](store::Database& database) {
        const auto copy = store::Quarantine{database}.find(*reference);
        if (!copy) return gone(site, a_stranger);
        const auto reader = reader_of(site, database, copy->summary.mailbox);
        if (shown_as(copy->summary.verdict, copy->preview) != Shown::Html)
            return nothing_here(site, reader);
        return preview_frame(site, reader.words, copy->preview);
    });
}

}  // namespace lazaret::portal
