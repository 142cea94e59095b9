#include "portal/account/rows.hpp"

#include <fmt/format.h>

#include "base/html/shown_text.hpp"
#include "base/words/reason.hpp"
#include "portal/account/chosen.hpp"
#include "portal/form.hpp"
#include "quarantine-store/link/claim.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest = 200;  // bytes of a sender or subject
constexpr std::size_t most_reasons = 3;
constexpr std::chrono::hours longest_claim{12};

std::string score_text(const Words& words, double score)
{
    return words("Score") + ' ' + words.number(score, 1);
}

bool is_over(store::CopyState state)
{
    return state == store::CopyState::Released || state == store::CopyState::Deleted;
}

// What became of it and through whom; empty for what is simply held.
std::string past_of(const Words& words, const store::HeldRow& row, bool is_own, Moment now)
{
    const auto& copy = row.copy;
    if (copy.state == store::CopyState::Held && copy.last_error.empty()) return {};
    const auto said = state_sentence(words, {.summary = copy, .changed = row.changed}, now, is_own);
    if (!is_over(copy.state) || row.changed_by.empty()) return said;
    return said + ' ' + words("By {who}.", {{"who", shown_line(row.changed_by, 100)}});
}

// By a claim that ends with the session: at the latest, it cannot be taken back earlier.
std::string copy_link(const Site& site, const Visit& visit, const store::HeldRow& row)
{
    const auto& copy = row.copy.reference;
    const auto right = visit.is_guest()
                           ? store::Claim{store::GuestClaim{copy, visit.session.account}}
                           : store::Claim{store::CopyClaim{copy}};
    const auto ends = std::min(visit.session.expires, site.now() + longest_claim);
    return fmt::format("{}/m/{}", site.prefix, store::seal_claim(site.keys, right, ends));
}

// To open another's message takes a reason: it leads to where that is asked for.
std::string reason_link(const Site& site, const store::HeldSummary& copy)
{
    return fmt::format("{}/account/others?address={}&copy={}", site.prefix, in_query(copy.mailbox),
                       copy.reference.text());
}

void add_for_realm(Fill& out, const Words& words, const store::HeldSummary& copy, bool is_own)
{
    out.add("RECIPIENT")
        .set("RECIPIENT_TEXT",
             words("For {address}", {{"address", shown_line(copy.mailbox, longest)}}));
    if (is_own)
        out.add("PAST").set("PAST_TEXT",
                            words("It is your own: you deal with it in your own quarantine."));
    if (copy.kept_after_refusal)
        out.add("PAST").set("PAST_TEXT",
                            words("It was refused, and its sender was told so; a copy was kept."));
}

}  // namespace

void add_chooser(Fill& fill, const Site& site, const Words& words, const QuarantineFilter& filter,
                 const Visit& visit, const std::string& count)
{
    fill.set("CONFIRM", fmt::format("{}{}/confirm", site.prefix, visit.path()));
    fill.set("L_ROWS", words("Messages"));
    fill.set("L_CHOSEN", words("With those that are selected"));
    fill.set("L_ALL", words("Select all that match: {count}", {{"count", count}}));
    for (const auto& [name, value] : filter.fields(true))
        fill.add("FIELD").set("FIELD_NAME", name).set("FIELD_VALUE", value);
    for (const auto press : presses_for_many(visit.whose()))
        fill.add("DEED")
            .set("DEED", std::string{info(press).path})
            .set("DEED_LABEL", label_for_many(words, press, visit.whose()));
}

bool add_row(Fill& fill, const Site& site, const Words& words, const Visit& visit,
             const store::HeldRow& row, std::size_t number)
{
    const auto& copy = row.copy;
    const auto now = site.now();
    const bool is_mine = row.account == visit.session.account;
    const bool is_others = visit.realm && !is_mine;
    const auto link = is_others ? reason_link(site, copy) : copy_link(site, visit, row);
    auto subject = shown_line(copy.subject, longest);
    if (subject.empty()) subject = words("(no subject)");
    auto& out = fill.add("COPY");
    out.set("LINK", link);
    if (!visit.realm || is_others)
        out.add("TICK")
            .set("BOX", fmt::format("c{}", number))
            .set("REFERENCE", copy.reference.text())
            .set("SELECT", words("Select: {subject}", {{"subject", subject}}));
    else out.show("UNTICKED");
    out.set("SUBJECT", std::move(subject));
    out.set("FROM", shown_line(copy.from.empty() ? copy.sender : copy.from, longest));
    out.set("FACTS", fmt::format("{} \u00B7 {} \u00B7 {}", words.date_time(copy.received),
                                 class_name(words, copy.verdict), score_text(words, copy.score)));
    out.set("KIND", is_over(copy.state) ? "past" : "open");
    if (visit.realm) add_for_realm(out, words, copy, is_mine);
    const auto past = past_of(words, row, visit.whose() == Whose::Own, now);
    if (!past.empty()) out.add("PAST").set("PAST_TEXT", past);
    if (copy.state != store::CopyState::Held || visit.realm ||
        !store::may(visit.role(), Deed::Release, copy))
        return false;
    out.add("RELEASE")
        .set("ACTION", link + "/release")
        .set("LABEL", release_label(words, visit.is_guest()));
    return true;
}

void add_refusal(Fill& fill, const Words& words, const store::RefusedRow& row)
{
    auto& out = fill.add("REFUSAL");
    const auto sender = shown_line(row.sender, longest);
    out.set("FROM", sender.empty() ? "<>" : sender);
    out.set("FACTS", fmt::format("{} \u00B7 {} \u00B7 {}", words.date_time(row.when),
                                 class_name(words, row.verdict), score_text(words, row.score)));
    out.set("WHY", class_sentence(words, row.verdict) +
                       (row.action == Action::Discard
                            ? ' ' + words("It was discarded, and its sender was not told.")
                            : std::string{}));
    for (std::size_t at = 0; at < std::min(row.hits.size(), most_reasons); ++at)
        out.add("REASON").set("REASON_TEXT", reason(words, row.hits[at]));
}

}  // namespace lazaret::portal
