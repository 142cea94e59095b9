#include "report-mailer/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/html/shown_text.hpp"
#include "base/records/address.hpp"
#include "base/records/score_blocks.hpp"
#include "base/words/list_words.hpp"
#include "report-mailer/held_copy.hpp"
#include "report-mailer/letter.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t most_addresses = 5;  // named in the head
constexpr std::size_t most_listed = 20;    // entries of lists; the account's page has all

std::string blocks(int filled)
{
    std::string out;
    for (int at = 0; at < score_blocks; ++at) out += at < filled ? "\u25A0" : "\u25A1";
    return out;
}

// Certain spam that is held is counted, not listed.
bool is_listed(const store::ReportRow& row) { return row.copy.verdict != Class::SpamCertain; }

std::string addresses_text(const std::vector<std::string>& addresses)
{
    std::string out;
    for (std::size_t at = 0; at < addresses.size() && at < most_addresses; ++at)
        out += (at > 0 ? ", " : "") + shown_line(addresses[at], longest_from);
    if (addresses.size() > most_addresses) out += ", \u2026";
    return out;
}

void fill_legend(Fill& all, const Words& words)
{
    auto& legend = all.add("LEGEND");
    legend.set("T_LEGEND", words("What you can do with each message:"));
    const auto add = [&](std::string name, std::string text) {
        legend.add("DEED").set("DEED_NAME", std::move(name)).set("DEED_TEXT", std::move(text));
    };
    add(words("Release the message"), words("it is sent on to your mailbox."));
    add(words("Look at the message"), words("a safe view of it, before you decide."));
    add(words("Ask for the filter to be adjusted"), words("when it should not have been held."));
}

}  // namespace

// What does not change while the right number of rows is looked for.
struct ReportWriter::Page {
    const ReportFacts& facts;
    const Words& words;
    std::vector<const store::ReportRow*> listed;
    std::string account_url;
    const OutgoingMail& mail;

    [[nodiscard]] std::size_t all() const { return facts.content.rows.size() + facts.content.more; }
};

void ReportWriter::fill_row(Fill& row, const store::ReportRow& held, const Page& page) const
{
    const auto& words = page.words;
    const auto& copy = held.copy;
    const auto url = link_to(config_, keys_, store::CopyClaim{copy.reference},
                             links_end(copy, config_, page.facts.now));
    const auto filled = filled_blocks(copy.score, page.facts.account.settings.refuse_at);
    const auto subject = shown_line(copy.subject, longest_subject);
    const auto from = shown_line(copy.from, longest_from);

    row.set("DATE", words.date_time(copy.received) + ' ' + words.zone_name(copy.received));
    row.set("SENDER", from.empty() ? words("(no sender)") : from);
    row.set("SUBJECT", subject.empty() ? words("(no subject)") : subject);
    // The address itself, with xn-- for what is not ASCII, unless it stands there already.
    if (!held.from_address.empty() && from.find(held.from_address) == std::string::npos)
        row.add("ADDRESS").set("FROM_ADDRESS", shown_line(held.from_address, longest_from));
    row.set("BLOCKS", blocks(filled));
    row.set("SCORE", words.number(copy.score, 1));
    row.set("SCORE_TEXT",
            words("score {score}, {filled} of 4 blocks",
                  {{"score", words.number(copy.score, 1)}, {"filled", std::to_string(filled)}}));
    row.set("REASON", reason_of(held, words));
    row.set("DELETED", kept_until(copy, words));
    row.set("LOOK_URL", url + "/look");
    if (may(Role::Recipient, Deed::AcceptNewsletter, copy.verdict))
        row.add("NEWSLETTER").set("NEWSLETTER_URL", url + "/newsletter");
    if (may(Role::Recipient, Deed::Release, copy.verdict))
        row.add("RELEASE").set("RELEASE_URL", url + "/release");
    else if (may(Role::Recipient, Deed::RequestRelease, copy.verdict))
        row.add("ASK_RELEASE").set("ASK_URL", url + "/ask");
    if (may(Role::Recipient, Deed::AskAdjustment, copy.verdict))
        row.add("ADJUST").set("ADJUST_URL", url + "/adjust");
}

void ReportWriter::fill_section(Fill& all, const Page& page,
                                const std::vector<const store::ReportRow*>& rows,
                                bool newsletters) const
{
    const auto& words = page.words;
    auto& section = all.add("SECTION");
    const auto count = static_cast<long>(rows.size());
    section.set("SECTION_TITLE",
                newsletters
                    ? words.plural("{count} newsletter", "{count} newsletters", count)
                    : words.plural("{count} doubtful message", "{count} doubtful messages", count));
    for (const auto* held : rows) fill_row(section.add("ROW"), *held, page);
}

// A site may refuse any class: what has no words of its own is one number.
void ReportWriter::fill_refusals(Fill& all, const Words& words,
                                 const std::vector<store::ReportRefusals>& refusals)
{
    long viruses = 0;
    long spam = 0;
    long others = 0;
    for (const auto& one : refusals) {
        auto& sum = one.verdict == Class::Virus         ? viruses
                    : one.verdict == Class::SpamCertain ? spam
                                                        : others;
        sum += static_cast<long>(one.messages);
    }
    if (viruses > 0)
        all.add("LINE").set("LINE_TEXT",
                            words.plural("{count} message with a virus was refused",
                                         "{count} messages with a virus were refused", viruses));
    if (spam > 0)
        all.add("LINE").set(
            "LINE_TEXT",
            words.plural("{count} message that is certainly spam was refused",
                         "{count} messages that are certainly spam were refused", spam));
    if (others > 0)
        all.add("LINE").set("LINE_TEXT",
                            words.plural("{count} other message was refused",
                                         "{count} other messages were refused", others));
}

Fill ReportWriter::fill(const Page& page, std::size_t rows) const
{
    const auto& words = page.words;
    const auto& facts = page.facts;
    Fill all;
    fill_frame(all, words, look_of(config_.look, facts.account.settings), page.mail);
    all.set("TITLE", words("Quarantine report"));
    const auto end = words.date(facts.period.end) + ' ' + words.time(facts.period.end) + ' ' +
                     words.zone_name(facts.period.end);
    all.set("PERIOD", facts.period.begin
                          ? words("from {begin} to {end}",
                                  {{"begin", words.date(*facts.period.begin)}, {"end", end}})
                          : words("until {end}", {{"end", end}}));
    all.set("ADDRESSES",
            words("for {addresses}", {{"addresses", addresses_text(facts.account.addresses)}}));
    all.set("ACCOUNT_URL", page.account_url);
    all.set("T_ACCOUNT", words("My quarantine and lists"));
    all.set("COUNT",
            words.plural("In quarantine: {count} message", "In quarantine: {count} messages",
                         static_cast<long>(page.all())));
    all.set("T_RELEASE", words("Release the message"));
    all.set("T_LOOK", words("Look at the message"));
    all.set("T_ADJUST", words("Ask for the filter to be adjusted"));
    all.set("T_NEWSLETTER", words("Accept this newsletter"));
    all.set("T_ASK_RELEASE", words("Ask for its release"));
    all.set("T_ACTION", words("Action"));
    all.set("T_DATE", words("Date"));
    all.set("T_SENDER", words("Sender"));
    all.set("T_SUBJECT", words("Subject"));
    all.set("T_SCORE", words("Score"));
    const auto shown = std::min(rows, page.listed.size());
    std::vector<const store::ReportRow*> newsletters;
    std::vector<const store::ReportRow*> doubtful;
    for (std::size_t at = 0; at < shown; ++at) {
        const auto* one = page.listed[at];
        (one->copy.verdict == Class::Newsletter ? newsletters : doubtful).push_back(one);
    }
    if (!newsletters.empty()) fill_section(all, page, newsletters, true);
    if (!doubtful.empty()) fill_section(all, page, doubtful, false);
    if (const auto left = page.all() - page.facts.content.certain - shown; left > 0)
        all.add("MORE").set("T_MORE", words.plural("and {count} more", "and {count} more",
                                                   static_cast<long>(left)));
    if (page.facts.content.certain > 0)
        all.add("LINE").set("LINE_TEXT",
                            words.plural("{count} message that is certainly spam is held",
                                         "{count} messages that are certainly spam are held",
                                         static_cast<long>(page.facts.content.certain)));
    fill_refusals(all, words, facts.content.refusals);
    const auto& listed = facts.content.listed;
    for (const auto& entry : std::span{listed}.first(std::min(listed.size(), most_listed)))
        all.add("LISTED")
            .set("LISTED_TEXT", list_words(words, entry.kind, entry.proof, entry.expires))
            .set("LISTED_NAME", shown_line(entry.name, longest_from));
    if (listed.size() > most_listed)
        all.add("LISTED_MORE")
            .set("LISTED_MORE_TEXT", words.plural("and {count} more", "and {count} more",
                                                  static_cast<long>(listed.size() - most_listed)));
    if (!listed.empty()) all.add("UNDO").set("T_UNDO", words("If that was not you, undo it:"));
    if (shown > 0) fill_legend(all, words);
    if (page.all() == 0) all.add("NOTHING").set("T_NOTHING", words("Nothing is held for you."));
    all.set("T_KEPT", words("If you do nothing, each message is deleted after the day that stands "
                            "beside it."));
    all.set("T_SAFE", words("The links open a page; nothing happens before you press a button "
                            "there. Do not forward this report: whoever has it can do the same."));
    return all;
}

void ReportWriter::write_rows(MadeReport& made, const Page& page) const
{
    made.rows = std::min(page.listed.size(), most_rows);
    // Strangers choose how long a row is; a few rounds are enough, since each drops its share.
    for (;;) {
        const auto all = fill(page, made.rows);
        made.mail.html = templates_.text("report.html", all);
        made.mail.text = templates_.text("report.txt", all);
        if (made.mail.html.size() <= most_html || made.rows == 0) break;
        made.rows = std::min(made.rows - 1, made.rows * most_html / made.mail.html.size());
    }
}

// For whoever reads his mail where others see it: what is held stands in no mail.
void ReportWriter::write_link(MadeReport& made, const Page& page) const
{
    const auto& words = page.words;
    Fill all;
    fill_frame(all, words, look_of(config_.look, page.facts.account.settings), page.mail);
    all.set("TITLE", words("Quarantine report"));
    all.set("TEXT", page.all() == 0 ? words("Nothing is held for you.")
                                    : words.plural("In quarantine: {count} message",
                                                   "In quarantine: {count} messages",
                                                   static_cast<long>(page.all())));
    all.add("LINK")
        .set("LINK_TEXT", words("My quarantine and lists"))
        .set("LINK_URL", page.account_url);
    if (!page.facts.content.listed.empty())
        all.add("NOTE").set("NOTE_TEXT",
                            words("By a link of a mail your lists were changed. If that was not "
                                  "you, look at them and undo it."));
    made.mail.html = templates_.text("notification.html", all);
    made.mail.text = templates_.text("notification.txt", all);
}

MadeReport ReportWriter::write(const ReportFacts& facts) const
{
    const auto& settings = facts.account.settings;
    const auto words = words_of(settings);
    const auto life = std::chrono::duration_cast<std::chrono::microseconds>(config_.link_life);
    const Moment expires{facts.now + life};
    MadeReport made;
    made.mail =
        begin_letter(config_, logos_, settings, facts.account.sent_to, facts.message_id, facts.now);
    Page page{facts, words, {}, {}, made.mail};
    page.account_url = link_to(config_, keys_,
                               store::AccountClaim{facts.account.tenant, facts.account.account,
                                                   store::mailbox_mark(facts.account.sent_to)},
                               expires);
    for (const auto& row : facts.content.rows)
        if (is_listed(row)) page.listed.push_back(&row);

    if (settings.report_format == ReportFormat::Link) write_link(made, page);
    else write_rows(made, page);
    if (settings.report_format == ReportFormat::Text) {
        made.mail.html.clear();
        made.mail.pictures.clear();
    }
    made.not_shown = page.all() - page.facts.content.certain - made.rows;

    made.mail.subject =
        words.plural("Quarantine report: {count} message", "Quarantine report: {count} messages",
                     static_cast<long>(page.all()));
    // Off without a sign-in; a delegate leaves on his own page.
    if (facts.account.sent_to != facts.account.addresses.front()) return made;
    const auto off = link_to(config_, keys_,
                             store::UnsubscribeClaim{facts.account.tenant, facts.account.account,
                                                     store::mailbox_mark(facts.account.sent_to)},
                             Moment{facts.now + store::unsubscribe_life});
    made.mail.fields.emplace_back("List-Unsubscribe", "<" + off + ">");
    made.mail.fields.emplace_back("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    return made;
}

}  // namespace lazaret::report
