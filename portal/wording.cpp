#include "portal/wording.hpp"

#include <fmt/format.h>

#include "base/html/shown_text.hpp"

namespace lazaret::portal {
namespace {

// When somebody acted: the time alone when that was today for him.
std::string when(const Words& words, Moment moment, Moment now)
{
    if (words.date(moment) == words.date(now))
        return words("at {time}", {{"time", words.time(moment)}});
    return words("on {date}", {{"date", words.date_time(moment)}});
}

std::string held_sentence(const Words& words, const store::HeldSummary& copy)
{
    if (!copy.last_error.empty())
        return words(
            "The mail server did not take this message. It is held until {day}; you can "
            "try again.",
            {{"day", words.date(copy.expires)}});
    if (copy.legal_hold) return words("This message is held. It will not be deleted.");
    return words("This message is held. It will be deleted after {day}.",
                 {{"day", words.date(copy.expires)}});
}

// What the administrator wrote with his answer, behind it.
std::string answer_text(const Words& words, const store::Request& request)
{
    if (request.answer.empty()) return {};
    return fmt::format(" {}: {}", words("Answer"),
                       shown_line(request.answer, store::Request::longest_answer));
}

// Of another's request, for his guest: also for whoever answered it.
std::string others_request(const Words& words, const store::Request& request)
{
    switch (request.state) {
        case store::RequestState::Open:
            return request.kind == store::RequestKind::Release
                       ? words("Its recipient asked for this message on {date}.",
                               {{"date", words.date_time(request.made)}})
                       : words("Its recipient asked for the filter to be adjusted on {date}.",
                               {{"date", words.date_time(request.made)}});
        case store::RequestState::Accepted:
            return words("The request was accepted.") + answer_text(words, request);
        case store::RequestState::Declined:
            return words("The request was declined.") + answer_text(words, request);
    }
    return {};
}

}  // namespace

std::string class_name(const Words& words, Class id)
{
    switch (id) {
        case Class::Clean: return words("No objection");
        case Class::Newsletter: return words("Newsletter");
        case Class::Spam: return words("Spam");
        case Class::SpamCertain: return words("Certain spam");
        case Class::Denied: return words("Blocked sender");
        case Class::Dangerous: return words("Dangerous");
        case Class::Virus: return words("Virus");
        case Class::Unscanned: return words("Not searched for viruses");
    }
    return {};
}

std::string class_sentence(const Words& words, Class id)
{
    switch (id) {
        case Class::Clean: return words("Nothing was found in it; all mail is held here.");
        case Class::Newsletter:
            return words("It was sent to many people, from a list that you have not accepted.");
        case Class::Spam: return words("It looks like unwanted mail.");
        case Class::SpamCertain: return words("It is almost certainly unwanted mail.");
        case Class::Denied: return words("Its sender is on a list of blocked senders.");
        case Class::Dangerous:
            return words("It could harm your computer. Only an administrator can release it.");
        case Class::Virus: return words("It carries a virus, and is never released.");
        case Class::Unscanned:
            return words(
                "It could not be searched for viruses. Only an administrator can "
                "release it.");
    }
    return {};
}

std::string release_label(const Words& words, bool is_guest)
{
    return is_guest ? words("Send it to its recipient") : words("Send me this message");
}

std::string state_sentence(const Words& words, const store::HeldDetails& copy, Moment now,
                           bool is_own)
{
    const auto changed = copy.changed.value_or(now);
    switch (copy.summary.state) {
        case store::CopyState::Held: return held_sentence(words, copy.summary);
        case store::CopyState::Releasing:
            return is_own ? words("This message is being sent to you. It may take some minutes.")
                          : words(
                                "This message is being sent to its recipient. It may take some "
                                "minutes.");
        case store::CopyState::Released:
            if (!is_own)
                return words("Sent to its recipient {when}.",
                             {{"when", when(words, changed, now)}});
            return words("Sent again to you {when}.", {{"when", when(words, changed, now)}});
        case store::CopyState::Deleted:
            return words("Deleted {when}.", {{"when", when(words, changed, now)}});
    }
    return {};
}

std::string request_sentence(const Words& words, const store::Request& request, bool is_own)
{
    if (!is_own) return others_request(words, request);
    const bool release = request.kind == store::RequestKind::Release;
    switch (request.state) {
        case store::RequestState::Open:
            return release ? words(
                                 "You asked for this message on {date}. An administrator will "
                                 "look at it; you find the answer on this page.",
                                 {{"date", words.date_time(request.made)}})
                           : words(
                                 "You asked for the filter to be adjusted on {date}. You find "
                                 "the answer on this page.",
                                 {{"date", words.date_time(request.made)}});
        case store::RequestState::Accepted:
            return words("Your request was accepted.") + answer_text(words, request);
        case store::RequestState::Declined:
            return words("Your request was declined.") + answer_text(words, request);
    }
    return {};
}

std::string look_sentence(const Words& words, const store::Visitor& visitor)
{
    const auto who = shown_line(visitor.who, longest_shown);
    const auto when = words.date_time(visitor.when);
    if (visitor.interest == store::Interest::Traced)
        return words("{who} asked on {date} as an administrator where mail went.",
                     {{"who", who}, {"date", when}});
    if (visitor.interest == store::Interest::Listed)
        return words(
            "{who} looked on {date} as an administrator for what is held for you: senders and "
            "subjects.",
            {{"who", who}, {"date", when}});
    return words(
        "{who} looked at this on {date} as an administrator: {reason}",
        {{"who", who}, {"date", when}, {"reason", shown_line(visitor.reason, longest_shown)}});
}

std::string scan_sentence(const Words& words, const store::HeldDetails& copy)
{
    const auto& scan = copy.preview.scan;
    if (scan == "clean") return words("The antivirus found nothing in them when they came.");
    if (scan == "infected") return words("The antivirus found a virus in them.");
    if (scan == "unscanned") return words("The antivirus could not look into them.");
    if (scan == "skipped") return words("No antivirus has looked into them.");
    return {};
}

std::string size_text(const Words& words, std::uint64_t bytes)
{
    const auto size = static_cast<double>(bytes);
    if (bytes < 1000) return words("{number} bytes", {{"number", words.number(size, 0)}});
    if (bytes < 1'000'000) return words("{number} kB", {{"number", words.number(size / 1e3, 0)}});
    return words("{number} MB", {{"number", words.number(size / 1e6, 1)}});
}

}  // namespace lazaret::portal
