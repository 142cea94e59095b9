#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/html/shown_text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/visit.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_copies = 200;  // on one part of the page

// A row leads to the copy's own page, by a claim that ends with the session.
void add_copy(Fill& fill, const Site& site, const Words& words, const store::HeldSummary& copy)
{
    const auto claim = store::seal_claim(site.keys, store::CopyClaim{copy.reference},
                                         site.now() + site.session_life);
    auto& row = fill.add("COPY");
    const auto subject = shown_line(copy.subject, 200);
    row.set("LINK", fmt::format("{}/m/{}", site.prefix, claim));
    row.set("SUBJECT", subject.empty() ? words("(no subject)") : subject);
    row.set("FROM", shown_line(copy.from.empty() ? copy.sender : copy.from, 200));
    row.set("DATE", words.date_time(copy.received));
    row.set("CLASS", class_name(words, copy.verdict));
    if (!store::may(Role::Recipient, Deed::Release, copy)) return;
    auto& release = row.add("RELEASE");
    release.set("ACTION", fmt::format("{}/m/{}/release", site.prefix, claim));
    release.set("LABEL", words("Send me this message"));
}

// The newest first, so many at a time; whoever has more turns over.
void add_copies(Fill& fill, const Site& site, const Words& words, store::Database& database,
                const std::string& address, std::size_t part)
{
    store::Quarantine quarantine{database};
    store::HeldFilter filter{.recipient = address, .for_recipient = true, .limit = most_copies};
    filter.skip = (part - 1) * most_copies;
    const auto count = quarantine.count(filter);
    fill.set("COUNT",
             words.plural("{count} message", "{count} messages", static_cast<long>(count)));
    for (const auto& copy : quarantine.list(filter)) add_copy(fill, site, words, copy);
    const auto turn = [&](const std::string& section, std::size_t to, const std::string& label) {
        fill.add(section)
            .set("LINK", fmt::format("{}/account/{}", site.prefix, to))
            .set("LABEL", label);
    };
    if (part > 1) turn("NEWER", part - 1, words("Newer messages"));
    if (filter.skip + most_copies < count) turn("OLDER", part + 1, words("Older messages"));
}

}  // namespace

Response quarantine_place(const Site& site, const Request& request, const Route& route)
{
    return in_session(site, request, [&](store::Database& database, const Visit& visit) {
        const auto reader = reader_of(site, database, visit.addresses.front());
        const auto& words = reader.words;
        auto fill = account_fill(site, reader, AccountPage::Quarantine, words("Your quarantine"));
        fill.set("L_FOR", words("Held mail for"));
        fill.set("ADDRESSES",
                 shown_line(fmt::format("{}", fmt::join(visit.addresses, ", ")), 1'000));
        add_copies(fill, site, words, database, visit.addresses.front(), route.part);
        return account_response(site, "account_quarantine.html", fill);
    });
}

}  // namespace lazaret::portal
