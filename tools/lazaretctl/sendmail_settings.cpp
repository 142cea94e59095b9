#include "tools/lazaretctl/sendmail_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "tools/lazaretctl/milter_socket.hpp"
#include "tools/lazaretctl/postfix_settings.hpp"

namespace lazaret::tools {
namespace {

/// `Xlazaret, S=unix:/run/lazaret/milter.sock, F=T, T=S:4m;R:5m;E:10m`
struct SendmailMilter {
    std::string name, socket, flags, timeouts;
};

/// Cuts off all before `end`, and `end` itself.
std::string_view cut(std::string_view& text, char end)
{
    const auto part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return trimmed(part);
}

SendmailMilter milter_of(std::string_view line)
{
    SendmailMilter milter;
    milter.name = cut(line, ',');
    while (!line.empty()) {
        const auto equate = cut(line, ',');
        if (equate.starts_with("S=")) milter.socket = trimmed(equate.substr(2));
        if (equate.starts_with("F=")) milter.flags = trimmed(equate.substr(2));
        if (equate.starts_with("T=")) milter.timeouts = trimmed(equate.substr(2));
    }
    return milter;
}

bool is_ours(const MilterSocket& ours, const MilterSocket& theirs)
{
    if (ours.is_path != theirs.is_path) return false;
    if (!ours.is_path) return is_same_port(ours, theirs);
    return is_same_path(ours.path, theirs.path);
}

/// The definition that has our socket, when the list of filters that are asked names it.
std::optional<SendmailMilter> our_entry(std::string_view text, const MilterSocket& ours)
{
    std::vector<SendmailMilter> defined;
    std::vector<std::string> asked;
    while (!text.empty()) {
        auto line = cut(text, '\n');
        constexpr std::string_view filters = "O InputMailFilters=";
        if (line.starts_with('X')) defined.push_back(milter_of(line.substr(1)));
        if (!line.starts_with(filters)) continue;
        line.remove_prefix(filters.size());
        asked.clear();
        while (!line.empty()) asked.emplace_back(cut(line, ','));
    }
    for (auto& milter : defined)
        if (is_ours(ours, parse_milter_socket(milter.socket)) &&
            std::find(asked.begin(), asked.end(), milter.name) != asked.end())
            return std::move(milter);
    return std::nullopt;
}

/// The time of one letter in `S:4m;R:5m;E:10m`, else Sendmail's own.
std::chrono::seconds timeout_of(std::string_view timeouts, char letter, std::chrono::seconds own)
{
    while (!timeouts.empty()) {
        const auto one = cut(timeouts, ';');
        if (one.size() > 2 && one.front() == letter && one[1] == ':')
            return parse_postfix_time(trimmed(one.substr(2))).value_or(own);
    }
    return own;
}

}  // namespace

Findings sendmail_findings(std::string_view sendmail_cf, const Configuration& settings)
{
    using namespace std::chrono_literals;
    Findings found;
    const auto add = [&](Health health, std::string what, std::string advice = {}) {
        found.push_back({health, "sendmail", std::move(what), std::move(advice), false});
    };
    const auto ours = our_entry(sendmail_cf, parse_milter_socket(settings.milter.socket));
    if (!ours) {
        add(Health::Problem, "Sendmail does not ask us: no filter in sendmail.cf has our socket",
            fmt::format("in sendmail.mc: INPUT_MAIL_FILTER(`lazaret', `S={}, F=T, "
                        "T=S:4m;R:5m;E:10m')dnl; then make -C /etc/mail and restart Sendmail",
                        settings.milter.socket));
        return found;
    }
    add(Health::Ok, fmt::format("X{} in sendmail.cf has our socket {}", ours->name, ours->socket));
    if (ours->flags == "T") add(Health::Ok, "F=T: while we are away, mail waits at its sender");
    else if (ours->flags == "R")
        add(Health::Warning, "F=R: while we are away, mail is refused",
            "it is lost to its sender; in sendmail.mc: F=T");
    else if (ours->flags == "4")
        add(Health::Ok, "F=4: while we are away, connections are closed and mail waits");
    else
        add(Health::Warning, "no F=T: while we are away, all mail passes unseen",
            "if that is not meant, in sendmail.mc: F=T");

    const auto longer_than = [&](char letter, std::chrono::seconds own,
                                 std::chrono::milliseconds least, std::string_view our_name) {
        const auto time = timeout_of(ours->timeouts, letter, own);
        const auto what = fmt::format("its timeout {} is {} s, {}longer than {} ({} s)", letter,
                                      time.count(), time > least ? "" : "not ", our_name,
                                      std::chrono::ceil<std::chrono::seconds>(least).count());
        if (time > least) add(Health::Ok, what);
        else
            add(Health::Problem, what,
                "Sendmail would give up while we work; in sendmail.mc: T=S:4m;R:5m;E:10m");
    };
    longer_than('E', 5min, settings.milter.judgement_budget, "[milter] judgement_budget");
    longer_than('R', 10s, settings.database.connect_timeout, "[database] connect_timeout");
    // RCPT TO waits for what the lists say.
    if (!settings.dns.refuse_listed.empty())
        longer_than('R', 10s, settings.dns.budget, "[dns] budget");
    return found;
}

}  // namespace lazaret::tools
