#include "quarantine-store/delivered.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

#include "base/html/shown_text.hpp"
#include "base/mail/digest.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/list_form.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/visit.hpp"
#include "portal/copy_deeds.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/text_forwards.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t page_rows = 50;
constexpr std::size_t longest = 200;  // bytes of a sender or subject
constexpr std::size_t most_proposals = 20;

// A place as it stands in an address: microseconds, hyphen, digest.
std::string text_of(const store::DeliveredPlace& place)
{
    return fmt::format("{}-{}", place.when.time_since_epoch().count(), place.digest.hex());
}

std::optional<store::DeliveredPlace> place_in(std::string_view text)
{
    const auto hyphen = text.find('-');
    if (hyphen == std::string_view::npos) return std::nullopt;
    std::int64_t micros = 0;
    const auto* end = text.data() + hyphen;
    const auto [stop, code] = std::from_chars(text.data(), end, micros);
    const auto digest = digest_of_hex(text.substr(hyphen + 1));
    if (code != std::errc{} || stop != end || !digest) return std::nullopt;
    return store::DeliveredPlace{Moment{std::chrono::microseconds{micros}}, *digest};
}

// The page again, where somebody pressed.
std::string address_of(const Site& site, const std::optional<store::DeliveredPlace>& before)
{
    return site.prefix + "/account/delivered" +
           (before ? "?before=" + in_query(text_of(*before)) : "");
}

std::string facts_of(const Words& words, const store::DeliveredRow& row, bool names_mailbox)
{
    auto facts = fmt::format("{} \u00B7 {} {}", words.date_time(row.place.when), words("Score"),
                             words.number(row.score, 1));
    if (names_mailbox) facts += " \u00B7 " + shown_line(row.mailbox, longest);
    return facts;
}

// Who said that it was spam.
std::string said_of(const Words& words, const Visit& visit, const store::DeliveredRow& row)
{
    const auto& mine = visit.session.addresses;
    const bool is_reader = row.said_by.empty() ? !visit.is_guest()
                                               : std::ranges::find(mine, row.said_by) != mine.end();
    if (is_reader) return words("You said that this was spam.");
    const auto& who = row.said_by.empty() ? visit.addresses.front() : row.said_by;
    return words("{who} said that this was spam.", {{"who", shown_line(who, longest_shown)}});
}

void add_row(Fill& fill, const Words& words, const Visit& visit, const store::DeliveredRow& row,
             std::size_t number)
{
    auto subject = shown_line(row.subject, longest);
    if (subject.empty()) subject = words("(no subject)");
    auto& out = fill.add("COPY");
    out.set("NUMBER", std::to_string(number));
    out.set("SUBJECT", std::move(subject));
    out.set("FROM", shown_line(row.from.empty() ? row.sender : row.from, longest));
    out.set("FACTS", facts_of(words, row, visit.addresses.size() > 1));
    out.set("MESSAGE", row.place.digest.hex());
    if (row.is_called_spam) out.add("SAID").set("TEXT", said_of(words, visit, row));
    out.set("SAYS", row.is_called_spam ? "" : "spam");
    out.set("LABEL", row.is_called_spam ? words("It was not spam") : words("This was spam"));
}

std::string title_of(const Words& words, const Visit& visit)
{
    return visit.is_guest() ? words("Delivered") : words("Delivered to you");
}

std::string intro_of(const Words& words, const Visit& visit, bool is_empty)
{
    if (visit.is_guest()) {
        const std::map<std::string, std::string> whose{
            {"address", shown_line(visit.addresses.front(), longest_shown)}};
        return is_empty ? words(
                              "Nothing was delivered to {address} in the last two weeks, or no "
                              "record is kept of it.",
                              whose)
                        : words(
                              "What was delivered to {address} in the last two weeks. Say so "
                              "when one of these was spam: the filter learns from it.",
                              whose);
    }
    return is_empty ? words(
                          "Nothing was delivered to you in the last two weeks, or your "
                          "administrator keeps no record of it.")
                    : words(
                          "What was delivered to you in the last two weeks. Say so when one "
                          "of these was spam: the filter learns from it.");
}

void add_proposals(Fill& fill, const Site& site, const Words& words,
                   const std::vector<store::BlockProposal>& proposals)
{
    if (proposals.empty()) return;
    auto& part = fill.add("PROPOSALS");
    part.set("TITLE", words("Forwarded as text"));
    part.set("TEXT", words("These were forwarded as spam, but as text, so the filter learned "
                           "nothing from them: it learns from messages that are attached. Their "
                           "senders can be blocked."));
    std::size_t number = 0;
    for (const auto& one : proposals) {
        auto subject = shown_line(one.subject, longest);
        if (subject.empty()) subject = words("(no subject)");
        auto& out = part.add("PROPOSAL");
        out.set("NUMBER", std::to_string(++number));
        out.set("SUBJECT", std::move(subject));
        out.set("FROM", shown_line(one.from, longest));
        out.set("FACTS",
                words("Would be blocked: {sender}", {{"sender", shown_line(one.sender, longest)}}));
        out.set("ANSWER", site.prefix + "/account/delivered/proposal");
        out.set("MESSAGE", one.digest.hex());
        out.set("L_BLOCK", words("Block this sender"));
        out.set("L_LEAVE", words("Do not block"));
    }
}

Response delivered_page(const Site& site, store::Database& database, const Visit& visit,
                        const std::string& token,
                        const std::optional<store::DeliveredPlace>& before)
{
    const auto reader = reader_of(site, database, visit.visitor());
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, visit, AccountPage::Delivered, title_of(words, visit));
    auto rows = store::Delivered{database, token, visit.account}.rows(before, page_rows + 1);
    const bool is_more = rows.size() > page_rows;
    if (is_more) rows.pop_back();
    if (!before)
        add_proposals(fill, site, words,
                      store::BlockProposals{database, token, visit.account}.open(most_proposals));
    fill.set("TEXT", intro_of(words, visit, rows.empty()));
    fill.set("VOTE", site.prefix + "/account/delivered/vote");
    fill.set("BEFORE", before ? text_of(*before) : std::string{});
    for (std::size_t at = 0; at < rows.size(); ++at) add_row(fill, words, visit, rows[at], at + 1);
    if (before)
        fill.add("NEWEST")
            .set("LINK", address_of(site, std::nullopt))
            .set("LABEL", words("The newest"));
    if (is_more)
        fill.add("OLDER")
            .set("LINK", address_of(site, rows.back().place))
            .set("LABEL", words("Older ones"));
    return account_response(site, "account_delivered.html", fill);
}

// The entry that the list's page would make of the address.
Pressed block(store::Database& database, const Words& words, const Visit& visit,
              const store::BlockProposal& proposal, Moment now, const store::Actor& actor)
{
    WrittenEntry written;
    written.kind = token(ListKind::Deny);
    written.sender = proposal.sender;
    const auto entry = entry_of(written, Owner::account(visit.account), words, now);
    if (!entry) return Pressed::NotAllowed;
    const auto made = store::Directory{database}.add_entry(*entry, actor);
    return made ? Pressed::Done : pressed(made.error());
}

// The question stays: it can be answered with no.
Response not_blocked(const Site& site, const Reader& reader, const Visit& visit)
{
    Notice notice{409, reader.words("Nothing was changed"),
                  reader.words("This sender cannot be blocked.")};
    notice.link = address_of(site, std::nullopt);
    notice.link_text = title_of(reader.words, visit);
    return notice_page(site, reader, notice);
}

// `work` in a full session of the account itself, or of a guest to whom its owner shows this.
Response where_shown(
    const Site& site, const Request& request,
    const std::function<Response(store::Database&, const Visit&, const std::string&)>& work)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        if (visit.session.kind != store::SessionKind::Full) return not_enough(site, request);
        if (visit.is_guest() && !visit.session.host->sees_delivered)
            return nothing_here(site, reader_of(site, database, visit.visitor()));
        return work(database, visit, token_of(site, request));
    });
}

}  // namespace

Response delivered_place(const Site& site, const Request& request)
{
    return where_shown(
        site, request,
        [&](store::Database& database, const Visit& visit, const std::string& token) {
            return delivered_page(site, database, visit, token,
                                  place_in(field(request.query, "before")));
        });
}

Response vote_place(const Site& site, const Request& request)
{
    return where_shown(
        site, request,
        [&](store::Database& database, const Visit& visit, const std::string& token) {
            const auto digest = digest_of_hex(field(request.form, "message"));
            const bool is_spam = field(request.form, "says") == "spam";
            store::Delivered delivered{database, token, visit.account};
            if (digest && delivered.vote(*digest, is_spam, request.client))
                return see_other(address_of(site, place_in(field(request.form, "before"))));
            const auto reader = reader_of(site, database, visit.visitor());
            Notice notice{409, reader.words("This could not be noted"),
                          reader.words("The message is older than two weeks, or you said so of "
                                       "very many today. Try again tomorrow.")};
            notice.link = address_of(site, std::nullopt);
            notice.link_text = title_of(reader.words, visit);
            return notice_page(site, reader, notice);
        });
}

Response answer_proposal_place(const Site& site, const Request& request)
{
    return where_shown(
        site, request,
        [&](store::Database& database, const Visit& visit, const std::string& token) {
            const auto reader = reader_of(site, database, visit.visitor());
            const auto digest = digest_of_hex(field(request.form, "message"));
            store::BlockProposals proposals{database, token, visit.account};
            const auto open = proposals.open(most_proposals);
            const auto asked = std::ranges::find_if(
                open, [&](const auto& one) { return digest && one.digest == *digest; });
            // The second press finds it answered.
            if (asked == open.end()) return see_other(address_of(site, std::nullopt));
            if (field(request.form, "answer") == "block") {
                const auto done =
                    block(database, reader.words, visit, *asked, site.now(), visit.actor(request));
                if (done == Pressed::ListsFull) return lists_full(site, reader);
                if (done != Pressed::Done) return not_blocked(site, reader, visit);
            }
            proposals.close(asked->digest);
            return see_other(address_of(site, std::nullopt));
        });
}

}  // namespace lazaret::portal
