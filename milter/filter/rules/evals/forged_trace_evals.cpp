#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/evals/word_shape.hpp"
#include "milter/filter/rules/perl_classes.hpp"

// Providers of web mail whose servers leave traces of known forms: mail that says it is from there
// and has none of them is forged.

namespace lazaret::filter::rules {
namespace {

/// One form of trace that the provider's own servers leave.
struct Trace {
    std::string_view shape;
    bool needs_ip = false;    ///< counts beside a field with the client's address only
    bool needs_name = false;  ///< counts beside Microsoft's field with the sending organisation
};

constexpr auto hotmail_traces = std::to_array<Trace>({
    {"from hotmail.com (?*.hotmail.com$", true},
    {"from hotmail.com (?*.hotmail.com)", true},
    {"from hotmail.com (?*.hotmail.msn.com$", true},
    {"from hotmail.com (?*.hotmail.msn.com)", true},
    {"from *.hotmail.com (?*.hotmail.com$", true},
    {"from *.hotmail.com (?*.hotmail.com)", true},
    {"from *.hotmail.com (?*.hotmail.msn.com$", true},
    {"from *.hotmail.com (?*.hotmail.msn.com)", true},
    {"from *.outbound.protection.outlook.com (?*.outbound.protection.outlook.com$", false, true},
    {"from *.outbound.protection.outlook.com (?*.outbound.protection.outlook.com)", false, true},
    {"from *.eurprd#.prod.outlook.com (%)", false, true},
    {"from *.namprd#.prod.outlook.com (%)", false, true},
    {"from *.hotmail.com ([%]$", true},
    {"from *.hotmail.com ([%])", true},
    {"from *.hotmail.com ([%]:", true},
    {"from ?* by ?*.hotmail.com with HTTP;", true},
    {"from ?* by ?*.hotmail.msn.com with HTTP;", true},
    {"from [66.218.?*] by ?*.yahoo.com", true},
});

constexpr auto yahoo_traces = std::to_array<std::string_view>({
    "by web?*.mail*.yahoo.com via HTTP",
    "by sonic?*.consmr.mail*.yahoo.com with HTTP",
    "by smtp?*.yahoo.com with SMTP",
    "from [%] by ?*.groups.yahoo.com with NNFMP",
    "from [%] by ?*.scd.yahoo.com with NNFMP",
    "from [%] by ?*.dcn.yahoo.com with NNFMP",
    // A reader sent the address of a news page to a friend.
    "by ?*.?*.yahoo.com (#.#.#/#.#.#) with ESMTP id ?",
    "by ?*.?*.yahoo.com (#.#.#/#.#.#) id ?",
});

bool has_one(std::string_view text, std::span<const std::string_view> shapes)
{
    return std::any_of(shapes.begin(), shapes.end(),
                       [&](auto shape) { return has_words(text, shape); });
}

// Whether From is an address of `domain` or below it.
bool is_from(const EvalContext& context, std::string_view domain)
{
    const auto from = ascii_lower(context.headers.text("From:addr"));
    return from.ends_with(domain) && is_word_border(from, from.size() - domain.size());
}

// ` rly-xw01.`: how AOL named its relays, and then everybody who wanted to look like it.
bool names_aol_relay(std::string_view received)
{
    constexpr std::string_view start = "rly-";
    for (auto at = find_ignoring_case(received, start); at != std::string_view::npos;
         at = find_ignoring_case(received, start, at + 1)) {
        const auto name = received.substr(at + start.size());
        if (at > 0 && is_blank(received[at - 1]) && name.size() > 4 && is_letter(name[0]) &&
            is_letter(name[1]) && is_digit(name[2]) && is_digit(name[3]) && name[4] == '.')
            return true;
    }
    return false;
}

unsigned check_for_fake_aol_relay_in_rcvd(const EvalContext& context, std::span<const std::string>)
{
    const auto& received = context.headers.text("Received");
    if (!names_aol_relay(received)) return 0;
    return !has_words(received, "/AOL-#.#.#)") && !has_words(received, "ESMTP id RELAY") &&
           !has_words(received, "ESMTP id MAILRELAY") && !has_words(received, "ESMTP id MAILIN");
}

// `<name@...>`: the name in front of `domain` (small letters, with `@`); empty when there is none.
std::string_view list_name(std::string_view text, std::string_view domain)
{
    const auto at = find_ignoring_case(text, domain);
    if (at == std::string_view::npos || !text.substr(at + domain.size()).starts_with('>'))
        return {};
    auto begin = at;
    while (begin > 0 && !is_blank(text[begin - 1]) && text[begin - 1] != '<') --begin;
    return begin > 0 && text[begin - 1] == '<' ? text.substr(begin, at - begin)
                                               : std::string_view{};
}

// The server of MSN's groups (`p04.groups.msn.com`) that sent the message on; empty: none.
std::string_view group_server(std::string_view received)
{
    constexpr std::string_view before = "from mail pickup service by ";
    constexpr std::string_view name = "groups.msn.com";
    const auto at = received.find(before);
    if (at == std::string_view::npos) return {};
    auto rest = received.substr(at + before.size());
    const auto host = take_word(rest);
    const bool has_number =
        host.size() >= 4 && host[0] == 'p' && are_digits(host.substr(1, 2)) && host[3] == '.';
    if (!has_number || !host.substr(4).starts_with(name)) return {};
    return host.substr(0, 4 + name.size());
}

unsigned check_for_msn_groups_headers(const EvalContext& context, std::span<const std::string>)
{
    const auto list = list_name(context.headers.text("To"), "@groups.msn.com");
    if (list.empty()) return 0;
    const auto server = group_server(context.headers.text("Received"));
    if (server.empty()) return 0;
    const auto id = without_blanks(context.headers.text("Message-Id"));
    const auto at = id.rfind('@');
    if (!id.starts_with('<') || at == std::string_view::npos || at < 2) return 0;
    if (list == "notifications") return id.substr(at + 1).starts_with(server);
    const auto from = std::string{list} + "-bounce@groups.msn.com";
    return id.substr(1).starts_with(std::string{list} + '-') &&
           id.substr(at).starts_with("@groups.msn.com>") &&
           contains(context.headers.text("EnvelopeFrom:addr"), from);
}

// Whether Hotmail's servers, or those that take its traces away, had the message.
bool is_by_hotmail(const EvalContext& context)
{
    const auto& received = received_text(context);
    if (contains(received, "from mail pickup service by hotmail.com with Microsoft SMTPSVC;"))
        return true;
    if (check_for_msn_groups_headers(context, {}) != 0 || has_lost_received(context)) return true;
    const auto& organisation = context.headers.text("X-OriginatorOrg");
    const bool has_name =
        contains(organisation, "hotmail.com") || contains(organisation, "msonline-outlook");
    const bool has_ip = has_words(context.headers.text("X-Originating-Ip"), "%");
    return std::any_of(hotmail_traces.begin(), hotmail_traces.end(), [&](const Trace& trace) {
        return (!trace.needs_ip || has_ip) && (!trace.needs_name || has_name) &&
               has_words(received, trace.shape);
    });
}

// Whether a client greeted as Hotmail. Of a word, the last place of the name says all.
bool has_hotmail_greeting(const EvalContext& context)
{
    const std::string_view received = received_text(context);
    constexpr std::string_view name = "hotmail.com";
    constexpr auto none = std::string_view::npos;
    std::size_t end = 0;
    for (auto at = received.find(name); at != none; at = received.find(name, end)) {
        const auto begin = received.rfind(' ', at) + 1;  // blanks are spaces there
        end = std::min(received.find(' ', at), received.size());
        const auto word = received.substr(begin, end - begin);
        auto place = word.rfind(name);
        while (place != none && !is_word_border(word, place + name.size()))
            place = place == 0 ? none : word.rfind(name, place - 1);
        if (place == none) continue;
        const auto before = received.substr(0, begin);
        if (before.ends_with("from ") || before.ends_with("HELO ") ||
            contains(word.substr(0, place), "helo="))
            return true;
    }
    return false;
}

unsigned check_for_forged_hotmail_received_headers(const EvalContext& context,
                                                   std::span<const std::string>)
{
    return has_hotmail_greeting(context) && !is_by_hotmail(context);
}

unsigned check_for_no_hotmail_received_headers(const EvalContext& context,
                                               std::span<const std::string>)
{
    return is_from(context, "hotmail.com") && !has_hotmail_greeting(context) &&
           !is_by_hotmail(context);
}

unsigned check_for_forged_eudoramail_received_headers(const EvalContext& context,
                                                      std::span<const std::string>)
{
    if (!is_from(context, "eudoramail.com") || has_lost_received(context)) return 0;
    return !has_words(received_text(context), "by *whowhere.com;") ||
           !has_words(context.headers.text("X-Sender-Ip"), "%");
}

// Its own bounces are let through when a name that was looked up says they are from there.
bool has_yahoo_relay(const Relays& relays)
{
    const auto is_yahoo = [](const Relay& relay) {
        return relay.rdns.ends_with(".yahoo.com") && relay.rdns.size() > 10;
    };
    return std::any_of(relays.trusted.begin(), relays.trusted.end(), is_yahoo) ||
           (!relays.untrusted.empty() && is_yahoo(relays.untrusted.front()));
}

unsigned check_for_forged_yahoo_received_headers(const EvalContext& context,
                                                 std::span<const std::string>)
{
    if (!is_from(context, "yahoo.com") || has_lost_received(context)) return 0;
    if (has_yahoo_relay(context.rendering.relays)) return 0;
    const bool is_resent = !context.headers.values("Resent-From").empty() &&
                           !context.headers.values("Resent-To").empty();
    const auto& other = context.headers.text("X-Received");
    const auto& received = is_resent && !other.empty() ? other : received_text(context);
    if (is_from(context, "@reply.yahoo.com") && has_words(received, "mailer#.bulk.scd.yahoo.com"))
        return 0;
    return !has_one(received, yahoo_traces);
}

bool is_by_juno(std::string_view trace)
{
    const auto from = trace.find("from");
    for (const std::string_view name : {"juno.com", "untd.com"}) {
        const auto at = trace.find(name, std::min(from, trace.size()));
        if (at == std::string_view::npos) continue;
        const auto rest = trace.substr(at);
        if ((has_words(rest, "(%)") || has_words(rest, "[%]")) && contains(rest, "by")) return true;
    }
    return false;
}

// Juno always says the client's address.
unsigned check_for_forged_juno_received_headers(const EvalContext& context,
                                                std::span<const std::string>)
{
    if (!is_from(context, "juno.com") || has_lost_received(context)) return 0;
    const auto& mailer = context.headers.text("X-Mailer");
    if (context.headers.values("X-Originating-IP").empty()) return 1;
    const auto& traces = context.headers.values("Received");
    const bool has_server = std::any_of(traces.begin(), traces.end(), [](const auto& trace) {
        return is_by_juno(trace) || has_words(trace, "^cookie.juno.com$") ||
               has_words(trace, "^cookie.untd.com$");
    });
    return !has_server || !contains(mailer, "Juno ");
}

unsigned check_for_forged_gmail_received_headers(const EvalContext& context,
                                                 std::span<const std::string>)
{
    constexpr std::size_t least_seal = 60;  // bytes that Google's own fields have
    if (!is_from(context, "gmail.com")) return 0;
    const auto& other = context.headers.text("X-Received");
    if (has_words(other, "by 10.?* with SMTP id ?") ||
        has_words(other, "by 2002:a#:?*:?* with SMTP id ?") ||
        has_words(context.headers.text("Received"), "by smtp.googlemail.com with ESMTPSA id ?"))
        return 0;
    return context.headers.text("X-Gm-Message-State").size() < least_seal ||
           context.headers.text("X-Google-Smtp-Source").size() < least_seal;
}

// `from a.example.org by gw05 with ESMTP; ...` as the oldest of several traces.
unsigned check_for_forged_gw05_received_headers(const EvalContext& context,
                                                std::span<const std::string>)
{
    const auto& traces = context.headers.values("Received");
    if (traces.size() < 2) return 0;
    std::string_view rest = traces.back();
    if (!rest.starts_with("from ")) return 0;
    take_word(rest);
    take_word(rest);
    if (take_word(rest) != "by") return 0;
    const auto server = take_word(rest);
    if (contains(server, ".") || take_word(rest) != "with" || take_word(rest) != "ESMTP;") return 0;
    const auto date = without_blanks(rest);
    return date.size() > 4 && date[3] == ',' && has_words(date, "#:#:# ?????$");
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_for_fake_aol_relay_in_rcvd", "HeaderEval", check_for_fake_aol_relay_in_rcvd, {}},
    {"check_for_msn_groups_headers", "HeaderEval", check_for_msn_groups_headers, {}},
    {"check_for_forged_hotmail_received_headers",
     "HeaderEval",
     check_for_forged_hotmail_received_headers,
     {}},
    {"check_for_no_hotmail_received_headers",
     "HeaderEval",
     check_for_no_hotmail_received_headers,
     {}},
    {"check_for_forged_eudoramail_received_headers",
     "HeaderEval",
     check_for_forged_eudoramail_received_headers,
     {}},
    {"check_for_forged_yahoo_received_headers",
     "HeaderEval",
     check_for_forged_yahoo_received_headers,
     {}},
    {"check_for_forged_juno_received_headers",
     "HeaderEval",
     check_for_forged_juno_received_headers,
     {}},
    {"check_for_forged_gmail_received_headers",
     "HeaderEval",
     check_for_forged_gmail_received_headers,
     {}},
    {"check_for_forged_gw05_received_headers",
     "HeaderEval",
     check_for_forged_gw05_received_headers,
     {}},
});

}  // namespace

std::span<const EvalEntry> forged_trace_evals() { return table; }

}  // namespace lazaret::filter::rules
