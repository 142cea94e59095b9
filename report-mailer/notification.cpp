#include "report-mailer/notification.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/html/shown_text.hpp"
#include "report-mailer/held_copy.hpp"
#include "report-mailer/letter.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t longest_value = 300;    // bytes of a subject or sender
constexpr std::size_t longest_words = 2'000;  // bytes of what somebody wrote

void add_fact(Fill& facts, const std::string& name, const std::string& text, std::size_t longest)
{
    if (text.empty()) return;
    facts.add("FACT").set("FACT_NAME", name).set("FACT_TEXT", shown_line(text, longest));
}

Fill fill_of(const Words& words, const Look& look, const OutgoingMail& mail,
             const std::string& text)
{
    Fill all;
    fill_frame(all, words, look, mail);
    all.set("TITLE", mail.subject);
    all.set("TEXT", text);
    return all;
}

void add_link(Fill& all, const std::string& text, const std::string& url)
{
    all.add("LINK").set("LINK_TEXT", text).set("LINK_URL", url);
}

std::string outcome(const Words& words, const store::Request& request)
{
    if (request.state == store::RequestState::Declined)
        return words("Your request was declined. Nothing was changed.");
    if (request.kind == store::RequestKind::Release)
        return words("Your request was accepted. The message is being sent to your mailbox.");
    return words("Your request was accepted. The filter learns from this message.");
}

}  // namespace

OutgoingMail NotificationWriter::finished(Draft draft) const
{
    draft.mail.html = templates_.text("notification.html", draft.all);
    draft.mail.text = templates_.text("notification.txt", draft.all);
    return std::move(draft.mail);
}

NotificationWriter::Draft NotificationWriter::begin(const store::Notification& notification,
                                                    const Words& words, const std::string& subject,
                                                    const std::string& text, Moment now) const
{
    const auto& settings = notification.settings;
    auto mail =
        begin_letter(config_, logos_, settings, notification.mailbox, notification.message_id, now);
    mail.subject = subject;
    auto all = fill_of(words, look_of(config_.look, settings), mail, text);
    return {std::move(mail), std::move(all)};
}

OutgoingMail NotificationWriter::to_administrator(const store::Notification& notification,
                                                  const store::Request& request, Moment now) const
{
    // An administrator is spoken to in the language of all, English.
    auto settings = notification.settings;
    settings.language = "en";
    const auto words = words_of(settings);
    auto mail = begin_letter(config_, logos_, settings, config_.admin_address,
                             notification.message_id, now);
    const auto who = shown_line(request.recipient, longest_value);
    const bool is_release = request.kind == store::RequestKind::Release;
    mail.subject = is_release ? fmt::format("Request {}: {} asks for a message", request.id, who)
                              : fmt::format("Request {}: {} asks for an adjustment of the filter",
                                            request.id, who);
    auto all = fill_of(words, look_of(config_.look, settings), mail,
                       is_release ? "Accepting it sends the message to the person."
                                  : "Accepting it teaches the filter that this message is wanted.");
    auto& facts = all.add("FACTS");
    add_fact(facts, "Recipient", request.recipient, longest_value);
    add_fact(facts, "Comment", request.comment, longest_words);
    add_fact(facts, "Sender", request.from, longest_value);
    add_fact(facts, "Subject", request.subject, longest_value);
    add_fact(facts, "Class", std::string{token(request.verdict)}, longest_value);
    add_fact(facts, "Asked", words.date_time(request.made) + ' ' + words.zone_name(request.made),
             longest_value);
    auto& commands = all.add("COMMANDS");
    commands.set("T_COMMANDS", "To look at it, and to answer:");
    for (const auto& command :
         {fmt::format("lazaretctl why {}", request.copy.text()),
          fmt::format("lazaretctl requests accept {}", request.id),
          fmt::format("lazaretctl requests decline {} --words '...'", request.id)})
        commands.add("COMMAND").set("COMMAND_TEXT", command);
    return finished({std::move(mail), std::move(all)});
}

OutgoingMail NotificationWriter::to_asker(const store::Notification& notification,
                                          const store::Request& request, Moment now) const
{
    const auto words = words_of(notification.settings);
    auto draft =
        begin(notification, words,
              request.state == store::RequestState::Accepted ? words("Your request was accepted")
                                                             : words("Your request was declined"),
              outcome(words, request), now);
    auto& facts = draft.all.add("FACTS");
    add_fact(facts, words("Answer"), request.answer, longest_words);
    add_fact(facts, words("Sender"), request.from, longest_value);
    add_fact(facts, words("Subject"), request.subject, longest_value);
    add_fact(facts, words("You asked on"),
             words.date_time(request.made) + ' ' + words.zone_name(request.made), longest_value);
    const auto life = std::chrono::duration_cast<std::chrono::microseconds>(config_.link_life);
    add_link(draft.all, words("Look at the message"),
             link_to(config_, keys_, store::CopyClaim{request.copy}, Moment{now + life}));
    return finished(std::move(draft));
}

OutgoingMail NotificationWriter::reports_off(const store::Notification& notification,
                                             Moment now) const
{
    const auto words = words_of(notification.settings);
    auto draft = begin(notification, words, words("Mail is held for you, and your reports are off"),
                       words("You have turned your reports off. Since then mail was held for you. "
                             "This is said only once. To get reports again, say so in the settings "
                             "of your quarantine."),
                       now);
    add_account_link(draft.all, words, notification, now);
    return finished(std::move(draft));
}

void NotificationWriter::add_account_link(Fill& all, const Words& words,
                                          const store::Notification& notification, Moment now) const
{
    const auto life = std::chrono::duration_cast<std::chrono::microseconds>(config_.link_life);
    add_link(all, words("Open my quarantine"),
             link_to(config_, keys_,
                     store::AccountClaim{notification.tenant, notification.account,
                                         store::mailbox_mark(notification.mailbox)},
                     Moment{now + life}));
}

// The links of the report, as far as he may. The sender may be anybody who writes this address: the
// words say only what was found out.
OutgoingMail NotificationWriter::warned(const store::Notification& notification,
                                        const store::ReportRow& held, Moment now) const
{
    const auto& copy = held.copy;
    const auto words = words_of(notification.settings);
    const auto address = shown_line(held.from_address, longest_from);
    auto draft =
        begin(notification, words,
              address.empty() ? words("Mail from a sender of your warn list is held")
                              : words("Mail from {sender} is held for you", {{"sender", address}}),
              words("A message came in the name of a sender on your warn list, and was "
                    "held. It was judged like any other: look at it before you release it."),
              now);
    auto& facts = draft.all.add("FACTS");
    add_fact(facts, words("Sender"), copy.from, longest_from);
    if (copy.from.find(held.from_address) == std::string::npos)
        add_fact(facts, words("Address"), held.from_address, longest_from);
    add_fact(facts, words("Subject"), copy.subject, longest_subject);
    add_fact(facts, words("Date"),
             words.date_time(copy.received) + ' ' + words.zone_name(copy.received), longest_value);
    add_fact(facts, words("Why it is held"), reason_of(held, words), longest_value);
    add_fact(facts, words("If you do nothing"), kept_until(copy, words), longest_value);
    const auto url =
        link_to(config_, keys_, store::CopyClaim{copy.reference}, links_end(copy, config_, now));
    add_link(draft.all, words("Look at the message"), url + "/look");
    if (may(Role::Recipient, Deed::AcceptNewsletter, copy.verdict))
        add_link(draft.all, words("Accept this newsletter"), url + "/newsletter");
    if (may(Role::Recipient, Deed::Release, copy.verdict))
        add_link(draft.all, words("Release the message"), url + "/release");
    else if (may(Role::Recipient, Deed::RequestRelease, copy.verdict))
        add_link(draft.all, words("Ask for its release"), url + "/ask");
    if (may(Role::Recipient, Deed::AskAdjustment, copy.verdict))
        add_link(draft.all, words("Ask for the filter to be adjusted"), url + "/adjust");
    add_account_link(draft.all, words, notification, now);
    draft.all.add("NOTE").set(
        "NOTE_TEXT", words("The links open a page; nothing happens before you press a button "
                           "there. Do not forward this mail: whoever has it can do the same."));
    return finished(std::move(draft));
}

OutgoingMail NotificationWriter::warned_more(const store::Notification& notification,
                                             Moment now) const
{
    const auto words = words_of(notification.settings);
    auto draft =
        begin(notification, words, words("More mail from senders of your warn list is held"),
              words("So much of it was held within an hour that you are not told of each "
                    "message any more for now. All of it is in your quarantine."),
              now);
    add_account_link(draft.all, words, notification, now);
    return finished(std::move(draft));
}

OutgoingMail NotificationWriter::password_link(const store::Notification& notification,
                                               Moment now) const
{
    const auto words = words_of(notification.settings);
    auto draft = begin(notification, words, words("Choose a password for your quarantine"),
                       words("Somebody asked for this link, to choose a password for your "
                             "quarantine. It works once, and for 30 minutes. If that was not you, "
                             "there is nothing to do: without this mail nobody can use it."),
                       now);
    add_link(draft.all, words("Choose a password"),
             config_.portal_url + "/p/" + notification.link_token);
    return finished(std::move(draft));
}

OutgoingMail NotificationWriter::address_link(const store::Notification& notification,
                                              Moment now) const
{
    const auto words = words_of(notification.settings);
    auto draft =
        begin(notification, words, words("Add this address to a quarantine"),
              words("Somebody wants the mail that is held for this address in his own "
                    "quarantine. If that was you, sign in there, then open the link in the "
                    "same browser. It works once, and for 30 minutes. If that was not you, "
                    "there is nothing to do: without this mail nobody can do it."),
              now);
    auto& facts = draft.all.add("FACTS");
    add_fact(facts, words("This address"), notification.mailbox, longest_value);
    add_fact(facts, words("Quarantine of"), notification.asked_by, longest_value);
    add_link(draft.all, words("Add this address"),
             config_.portal_url + "/account/address/" + notification.link_token);
    return finished(std::move(draft));
}

std::optional<OutgoingMail> NotificationWriter::write(const store::Notification& notification,
                                                      Moment now) const
{
    const auto& request = notification.request;
    switch (notification.kind) {
        case store::NotificationKind::RequestMade:
            if (!request || config_.admin_address.empty()) return std::nullopt;
            return to_administrator(notification, *request, now);
        case store::NotificationKind::RequestAnswered:
            if (!request || request->state == store::RequestState::Open) return std::nullopt;
            return to_asker(notification, *request, now);
        case store::NotificationKind::ReportsOff:
            if (notification.settings.report_frequency != ReportFrequency::None)
                return std::nullopt;
            return reports_off(notification, now);
        case store::NotificationKind::Password:
            if (notification.link_token.empty()) return std::nullopt;
            return password_link(notification, now);
        case store::NotificationKind::Warned:
            if (!notification.held) return std::nullopt;
            return warned(notification, *notification.held, now);
        case store::NotificationKind::WarnedMore: return warned_more(notification, now);
        case store::NotificationKind::Address:
            if (notification.link_token.empty() || notification.asked_by.empty())
                return std::nullopt;
            return address_link(notification, now);
        case store::NotificationKind::ReportNow: break;
    }
    return std::nullopt;
}

}  // namespace lazaret::report
