#include "quarantine-store/requests.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/release.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string number;
    std::string words;
    std::size_t limit = 100;
    bool all = false;
    bool json = false;
};

Json json_of(const store::Request& one)
{
    return {{"id", one.id},
            {"kind", token(one.kind)},
            {"state", token(one.state)},
            {"copy", one.copy.text()},
            {"recipient", one.recipient},
            {"class", token(one.verdict)},
            {"from", one.from},
            {"subject", one.subject},
            {"comment", one.comment},
            {"made", utc_text(one.made)},
            {"answered", one.answered ? Json(utc_text(*one.answered)) : Json()},
            {"answered_by", one.answered_by},
            {"answer", one.answer}};
}

std::int64_t number_of(const std::string& text)
{
    if (text.empty() || text.size() > 18 ||
        text.find_first_not_of("0123456789") != std::string::npos)
        throw Error{Error::Kind::Usage, "{:?} is not the number of a request", text}.with_hint(
            "'lazaretctl requests list' shows them");
    return std::stoll(text);
}

// None: there is no such request, which was said. Not "try again later", as an Error would.
std::optional<store::Request> known(const Options& options, const Context& context)
{
    auto found = store::Requests{*context.database}.find(number_of(options.number));
    if (!found)
        fmt::print(stderr,
                   "lazaretctl: error: there is no request {}\n"
                   "hint: 'lazaretctl requests list --all' shows them\n",
                   options.number);
    return found;
}

int list(const Options& options, const Context& context)
{
    const auto state = options.all ? std::nullopt : std::optional{store::RequestState::Open};
    const auto requests = store::Requests{*context.database}.list(state, options.limit);
    if (options.json) {
        auto json = Json::array();
        for (const auto& one : requests) json.push_back(json_of(one));
        print_json(json);
        return EX_OK;
    }
    if (requests.empty()) {
        fmt::print("{}\n", options.all ? "Nobody asked for anything." : "No request is open.");
        return EX_OK;
    }
    Table table{{{"NUMBER", true},
                 {"MADE"},
                 {"ASKS FOR"},
                 {"STATE"},
                 {"ID"},
                 {"RECIPIENT", false, 14},
                 {"CLASS"},
                 {"SUBJECT", false, 16}}};
    for (const auto& one : requests)
        table.add({std::to_string(one.id), local_text(one.made), std::string{token(one.kind)},
                   std::string{token(one.state)}, one.copy.text(), one.recipient,
                   std::string{token(one.verdict)}, one.subject});
    fmt::print("{}", table.text(terminal_columns()));
    return EX_OK;
}

int show(const Options& options, const Context& context)
{
    const auto found = known(options, context);
    if (!found) return EX_UNAVAILABLE;
    const auto& one = *found;
    if (options.json) {
        print_json(json_of(one));
        return EX_OK;
    }
    const auto line = [](const char* name, const std::string& value) {
        if (!value.empty()) fmt::print("{:<12}{}\n", name, harmless_line(value));
    };
    line("Number", std::to_string(one.id));
    line("Asks for", one.kind == store::RequestKind::Adjust
                         ? "an adjustment: this is not what it was taken for"
                         : "its release");
    line("Recipient", one.recipient);
    line("Made", local_text(one.made));
    line("Message", one.copy.text());
    line("Class", std::string{token(one.verdict)});
    line("From", one.from);
    line("Subject", one.subject);
    line("Comment", one.comment);
    line("State", std::string{token(one.state)});
    line("Answered by", one.answered_by);
    line("Answer", one.answer);
    return EX_OK;
}

// What was asked for is begun before the answer is written down. A release that was taken on is
// finished by the sweeper: the person hears that the message is being sent.
int release(const store::Request& request, const Context& context)
{
    const auto keys = SealKeys::read(context.settings.link.key_file);
    const auto submitter = store::make_submitter(context.settings.submission);
    const auto answer =
        store::Release{*context.database, *submitter, keys}.release(request.copy, acting_person());
    if (!answer) return explain_fault(request.copy, answer.error(), Deed::Release, request.verdict);
    using Outcome = store::ReleaseAnswer::Outcome;
    if (answer->outcome == Outcome::Released || answer->outcome == Outcome::AlreadyReleased)
        return EX_OK;
    const bool goes_on =
        answer->outcome == Outcome::Postponed || answer->outcome == Outcome::BeingReleased;
    fmt::print(
        stderr, "lazaretctl: {}: {}\n",
        goes_on ? "not released yet, 'lazaretctl expire' tries again" : "error: not released",
        harmless_line(answer->copy.last_error));
    return goes_on ? EX_OK : EX_UNAVAILABLE;
}

int was_answered(const store::Request& request)
{
    fmt::print(stderr,
               "lazaretctl: error: request {} was answered before: {}; nobody is told anything "
               "new\n",
               request.id, token(request.state));
    return EX_UNAVAILABLE;
}

int answer(const Options& options, const Context& context, store::RequestState state)
{
    const auto found = known(options, context);
    if (!found) return EX_UNAVAILABLE;
    const auto& request = *found;
    if (request.state != store::RequestState::Open) {
        if (request.state != state || !options.words.empty()) return was_answered(request);
        fmt::print("Request {} of {} was {} before.\n", request.id,
                   harmless_line(request.recipient), token(state));
        return EX_OK;
    }
    if (state == store::RequestState::Accepted && request.kind == store::RequestKind::Release)
        if (const int code = release(request, context); code != EX_OK) return code;
    const auto now = store::Requests{*context.database}.answer(request.id, state, options.words,
                                                               acting_person());
    if (now && now->state == store::RequestState::Open) {
        fmt::print(stderr,
                   "lazaretctl: error: request {} cannot be declined: its message was released or "
                   "is on its "
                   "way; accept it\n",
                   request.id);
        return EX_UNAVAILABLE;
    }
    // Somebody in the portal may have been faster, with other words.
    const auto said = valid_utf8(options.words);
    if (now &&
        (now->state != state || now->answer != cut_utf8(said, store::Request::longest_answer)))
        return was_answered(*now);
    fmt::print("Request {} of {} is {}.\n", request.id, harmless_line(request.recipient),
               token(state));
    return EX_OK;
}

template <store::RequestState state>
Run define_answer(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("NUMBER", chosen->number, "as 'requests list' shows it").required();
    options.add_option("--words", chosen->words, "what the person is told");
    return [chosen](const Context& context) { return answer(*chosen, context, state); };
}

}  // namespace

Run define_requests_list(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_flag("--all", chosen->all, "also those that were answered");
    options.add_number("--limit", chosen->limit, "at most so many, the newest", 1, 1'000'000);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

Run define_requests_show(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("NUMBER", chosen->number, "as 'requests list' shows it").required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return show(*chosen, context); };
}

Run define_requests_accept(CommandOptions& options)
{
    return define_answer<store::RequestState::Accepted>(options);
}

Run define_requests_decline(CommandOptions& options)
{
    return define_answer<store::RequestState::Declined>(options);
}

}  // namespace lazaret::tools
