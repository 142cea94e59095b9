#include <fmt/format.h>

#include "base/html/shown_text.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/administration.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_shown = 100;

std::string outcome(const Words& words, Action action)
{
    switch (action) {
        case Action::Deliver:
        case Action::Tag: return words("It was delivered");
        case Action::Hold: return words("It was held");
        case Action::Refuse:
        case Action::RefuseKeep: return words("It was refused");
        case Action::Discard: return words("It was discarded");
        case Action::Later: return words("Asked to come again later");
    }
    return {};
}

void add_message(Fill& fill, const Words& words, const store::Passage& one)
{
    const auto sender = shown_line(one.sender, longest_shown);
    auto facts =
        fmt::format("{} \u00B7 {} \u00B7 {} {}", words.date_time(one.when),
                    class_name(words, one.verdict), words("Score"), words.number(one.score, 1));
    for (const auto& fact : {one.client_ip, one.queue_id, one.reference})
        if (!fact.empty()) facts += " \u00B7 " + shown_line(fact, longest_shown);
    fill.add("MESSAGE")
        .set("SENDER", sender.empty() ? "<>" : sender)
        .set("RECIPIENT", shown_line(one.mailbox, longest_shown))
        .set("OUTCOME", outcome(words, one.action))
        .set("FACTS", facts);
}

}  // namespace

Response trace_place(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            const auto reader = reader_of(site, database, session.address);
            if (!session.is_administrator) return nothing_here(site, reader);
            const auto& words = reader.words;
            auto fill =
                account_fill(site, reader, session, AccountPage::Trace, words("Where mail went"));
            const auto asked = std::string{trimmed(field(request.query, "address"))};
            fill.set("TRACE", site.prefix + "/account/trace");
            fill.set("L_ADDRESS", words("Address of a sender or recipient"));
            fill.set("ADDRESS", shown_line(asked, longest_shown));
            fill.set("L_SHOW", words("Show"));
            const auto address = parse_address(asked);
            std::vector<store::Passage> found;
            if (address)
                found = store::Administration{database, token}.passages(asked, most_shown,
                                                                        request.client);
            if (asked.empty())
                fill.set("TEXT", words("Shows the messages of the last 30 days to or from an "
                                       "address, the newest first. Whose address it is sees that "
                                       "you asked."));
            else if (!address)
                fill.set("TEXT", words("This is no mail address. Write it as ada@example.org."));
            else if (found.empty())
                fill.set("TEXT", words("No message of the last 30 days to or from this address "
                                       "is known."));
            for (const auto& one : found) add_message(fill, words, one);
            return account_response(site, "account_trace.html", fill);
        });
}

}  // namespace lazaret::portal
