#include "milter/filter/rules/relays/received_line.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"
#include "milter/filter/rules/relays/received_auth.hpp"
#include "milter/filter/rules/relays/received_forms.hpp"
#include "milter/filter/rules/relays/received_words.hpp"

namespace lazaret::filter::rules {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t longest_line = 8192;  // of which no more is looked at
constexpr std::string_view digits = "0123456789";

bool holds(std::string_view line, std::string_view text) { return line.find(text) != npos; }

/// Replaces what could end a field of a relay's text, so that it shows and harms nobody.
std::string marked(std::string text)
{
    for (char& c : text)
        if (is_blank(c) || c == '\0' || std::string_view{"#[]()<>|"}.find(c) != npos) c = '!';
    return text;
}

std::string cleaned_sender(std::string_view sender)
{
    while (!sender.empty() && is_blank(sender.front())) sender.remove_prefix(1);
    while (sender.starts_with('<')) sender.remove_prefix(1);
    while (!sender.empty() && is_blank(sender.back())) sender.remove_suffix(1);
    while (sender.ends_with('>')) sender.remove_suffix(1);
    return marked(std::string{sender});
}

/// The address without prefix, brackets and zone; a mapped IPv4 address as such.
std::string cleaned_ip(std::string_view ip)
{
    if (starts_ignoring_case(ip, "ipv6:")) ip.remove_prefix(5);
    if (ip.starts_with('[')) ip.remove_prefix(1);
    if (ip.ends_with(']')) ip.remove_suffix(1);
    ip = ip.substr(0, ip.find('%'));
    const auto tail = ip.rfind(':');
    if (tail != npos && holds(ip.substr(tail), ".")) {
        const auto head = ip.substr(0, tail);
        const auto group = head.rfind(':');
        if (group != npos && same_ignoring_case(head.substr(group + 1), "ffff") &&
            head.substr(0, group).find_first_not_of("0:") == npos)
            ip.remove_prefix(tail + 1);
    }
    return marked(std::string{ip});
}

/// What is gathered of a line until all is known.
struct Draft {
    std::string_view ip, by, helo, rdns, ident, id;
    std::optional<std::string> sender;
    bool looked_up = false;
};

/// Whether a form that fits is meant for this line.
bool is_meant(const Form& form, std::string_view line, const Findings& found)
{
    if (is_in(Means::NotQmailLdap, form.means) && is_qmail_ldap(line)) return false;
    if (is_in(Means::DottedRdns, form.means) && !has_dot_inside(found[Told::Rdns])) return false;
    if (is_in(Means::ByHotmail, form.means) && !found[Told::By].ends_with(".hotmail.msn.com"))
        return false;
    if (is_in(Means::Qmail, form.means)) {
        const auto by = found[Told::By];
        const auto end = static_cast<std::size_t>(by.data() - line.data()) + by.size();
        return is_qmail_tail(line.substr(end));
    }
    return !is_in(Means::ByIsName, form.means) || !to_last_letter(found[Told::By]).empty();
}

/// The word behind `mark` in `text`, if it is there.
std::optional<std::string_view> word_behind(std::string_view text, std::string_view mark)
{
    const auto at = text.find(mark);
    if (at == npos) return std::nullopt;
    const auto rest = text.substr(at + mark.size());
    return rest.substr(0, rest.find(' '));
}

/// What stands before the last `@` or behind it, as sendmail gives what ident said.
void split_ident(Draft& draft)
{
    constexpr std::string_view mark = "IDENT:";
    for (int round = 0; round < 2; ++round) {
        const bool is_marked = round == 0 && draft.rdns.starts_with(mark);
        if (round == 0 && !is_marked) continue;
        const auto at = draft.rdns.find('@');
        if (at == npos) return;
        const auto begin = is_marked ? mark.size() : 0;
        draft.ident = draft.rdns.substr(begin, at - begin);
        draft.rdns.remove_prefix(at + 1);
    }
}

void take_xmail(std::string_view line, Draft& draft)
{
    for (const bool is_id : {true, false}) {
        const auto word = word_behind(line, is_id ? " id <" : " from <");
        const auto end = word ? word->rfind('>') : npos;
        if (end == npos || end == 0) continue;
        if (is_id) draft.id = word->substr(0, end);
        else draft.sender = std::string{word->substr(0, end)};
    }
}

void take_extra_words(std::string_view extra, Draft& draft)
{
    if (const auto helo = word_behind(extra, "helo="); helo && !helo->empty()) draft.helo = *helo;
    if (const auto ident = word_behind(extra, "ident=")) draft.ident = *ident;
}

/// Puts into the draft what a form found.
void take(const Form& form, std::string_view line, const Findings& found, Draft& draft)
{
    const auto means = form.means;
    if (found.has(Told::Ip)) draft.ip = found[Told::Ip];
    if (found.has(Told::By)) draft.by = found[Told::By];
    if (found.has(Told::Rdns)) draft.rdns = found[Told::Rdns];
    if (found.has(Told::Helo)) draft.helo = found[Told::Helo];
    if (found.has(Told::Ident)) draft.ident = found[Told::Ident];
    if (is_in(Means::HeloIsRdns, means)) draft.helo = draft.rdns;
    if (is_in(Means::ExtraWords, means)) take_extra_words(found[Told::Extra], draft);
    if (is_in(Means::IdentInRdns, means)) split_ident(draft);
    if (is_in(Means::ByIsName, means)) draft.by = to_last_letter(draft.by);
    if (is_in(Means::NoId, means)) draft.id = {};
    if (is_in(Means::XMail, means)) take_xmail(line, draft);
    if (is_in(Means::SimtaId, means)) {
        draft.id = found[Told::Extra];
        if (draft.id.starts_with('<')) draft.id.remove_prefix(1);
        if (draft.id.ends_with('>')) draft.id.remove_suffix(1);
        if (draft.rdns == "unverified") draft.rdns = {};
    }
    draft.looked_up = is_in(Means::LookedUp, means);
    if (is_in(Means::UnknownIsNone | Means::Qmail, means)) {
        if (is_in(Means::Qmail, means)) draft.looked_up = draft.rdns != "unknown";
        if (draft.rdns == "unknown") draft.rdns = {};
    }
}

/// The first form that fits the line, its findings taken; null when none does.
const Form* fitting(std::span<const Form> forms, std::string_view line, Draft& draft)
{
    Findings found;
    for (const auto& form : forms) {
        if (!form.needs.empty() && !holds(line, form.needs)) continue;
        if (!form.shape.fits(line, found) || !is_meant(form, line, found)) continue;
        take(form, line, found, draft);
        return &form;
    }
    return nullptr;
}

/// Exim's lines are the administrator's to form, so from an odd one bits are taken. @return
/// whether they are enough.
bool guess_exim(std::string_view line, Draft& draft)
{
    static const ReceivedShape name{"{any} ({helo}) "};
    const auto blank = line.find(' ');
    if (blank != npos && blank > 0) draft.rdns = line.substr(0, blank);
    Findings found;
    if (name.fits(line, found)) draft.helo = found[Told::Helo];
    for (auto at = line.find(" ["); at != npos; at = line.find(" [", at + 1)) {
        const auto length = ip_length(line, at + 2);
        if (length == 0) continue;
        auto rest = line.substr(at + 2 + length);
        if (rest.starts_with('.'))
            rest.remove_prefix(std::min(rest.find_first_not_of(digits, 1), rest.size()));
        if (!rest.starts_with("] ")) continue;
        draft.ip = line.substr(at + 2, length);
        break;
    }
    const auto by = line.find("by ");
    if (by == npos) return false;
    const auto rest = line.substr(by + 3);
    const auto end = rest.find(' ');
    if (end == npos || end == 0) return false;
    draft.by = rest.substr(0, end);
    return !draft.ip.empty();
}

/// SquirrelMail and NaSMail name the browser's address last, behind proxies, and then themselves.
/// @return whether the address and the receiver were found.
bool read_squirrelmail(std::string_view line, Draft& draft)
{
    static const ReceivedShape shape{"{extra}by {by} with HTTP"};
    constexpr std::size_t least_between = 10, most_between = 80;
    int tries_left = 20;
    if (!holds(line, " (SquirrelMail authenticated user ") &&
        !holds(line, " (NaSMail authenticated user "))
        return false;
    Findings found;
    for (std::size_t at = 0; at < line.size() && tries_left > 0; ++at) {
        const auto length = ip_length(line, at);
        if (length == 0) continue;
        --tries_left;
        const auto rest = line.substr(at + length);
        if (rest.empty() || rest.front() == '.' || rest.front() == '-' || !shape.fits(rest, found))
            continue;
        const auto between = found[Told::Extra].size();
        if (between < least_between || between > most_between) continue;
        draft.ip = line.substr(at, length);
        draft.by = found[Told::By];
        return true;
    }
    return false;
}

/// The guess of a HELO when nothing else is known: the first word up to its last odd character.
void guess_helo(std::string_view line, Draft& draft)
{
    if (!draft.helo.empty()) return;
    auto end = std::min(line.find(' '), line.size());
    const auto is_name = [](char c) { return (is_word(c) && c != '_') || c == '-' || c == '.'; };
    if (end == line.size() && end > 0) --end;
    while (end > 0 && is_name(line[end])) --end;
    if (end > 0) draft.helo = line.substr(0, end);
}

/// Looks for the form of a line that began with `from `. @return its form, or null, and whether
/// the draft is good without one.
const Form* read_from(std::string_view line, Draft& draft, bool& is_enough)
{
    draft.sender = find_sender(line);
    if (read_squirrelmail(line, draft)) {
        is_enough = true;
        return nullptr;
    }
    if (const auto* form = fitting(webmail_forms(), line, draft)) return form;
    const auto marked_as = marked_forms();
    const auto mta = std::find_if(marked_as.begin(), marked_as.end(),
                                  [&](const MtaForms& each) { return holds(line, each.mark); });
    if (mta != marked_as.begin() && exchange_wrote(line)) {
        if (const auto* form = fitting(exchange_forms(), line, draft)) return form;
    } else if (mta != marked_as.end()) {
        if (const auto* form = fitting(mta->forms, line, draft)) return form;
        if (mta->mark == "Exim" && guess_exim(line, draft)) {
            is_enough = true;
            return nullptr;
        }
    }
    if (const auto* form = fitting(common_forms(), line, draft)) return form;
    guess_helo(line, draft);
    return nullptr;
}

Relay finished(const Draft& draft, std::string auth)
{
    Relay relay;
    relay.ip = cleaned_ip(draft.ip);
    auto rdns = draft.rdns;
    while (rdns.ends_with('.')) rdns.remove_suffix(1);
    if (same_ignoring_case(rdns, "unknown") || rdns.starts_with('[')) rdns = {};
    relay.rdns = marked(std::string{rdns});
    auto by = draft.by;
    if (by.ends_with(';')) by.remove_suffix(1);
    relay.by = marked(std::string{by});
    relay.helo = marked(std::string{draft.helo});
    relay.ident = marked(std::string{draft.ident});
    relay.id = draft.id;
    relay.auth = std::move(auth);
    if (draft.sender) relay.envelope_from = cleaned_sender(*draft.sender);
    relay.no_reverse_dns = relay.rdns.empty() && draft.looked_up;
    relay.is_ip_private = is_private_ip(relay.ip);
    relay.text = relay_text(relay);
    return relay;
}

/// An address in brackets anywhere, when no form gave one.
void find_bracketed_ip(std::string_view line, Draft& draft)
{
    for (auto at = line.find('['); draft.ip.empty() && at != npos; at = line.find('[', at + 1)) {
        const auto length = ip_length(line, at + 1);
        if (length > 0 && line.substr(at + 1 + length).starts_with(']'))
            draft.ip = line.substr(at + 1, length);
    }
}

}  // namespace

std::string relay_text(const Relay& relay)
{
    const auto sender = relay.envelope_from.value_or("");
    return "[ ip=" + relay.ip + " rdns=" + relay.rdns + " helo=" + relay.helo + " by=" + relay.by +
           " ident=" + relay.ident + " envfrom=" + (sender == "0" ? "" : sender) +
           " intl=" + (relay.is_internal ? "1" : "0") + " id=" + relay.id + " auth=" + relay.auth +
           " msa=" + (relay.is_msa ? "1" : "0") + " ]";
}

ReceivedLine read_received(std::string_view value)
{
    ReceivedLine read;
    const auto squeezed_line = squeezed(value);
    const bool is_from = starts_ignoring_case(squeezed_line, "from ") ||
                         starts_ignoring_case(squeezed_line, "(from ");
    if (!is_from || is_local(squeezed_line) || is_bare(squeezed_line)) {
        read.kind = ReceivedLine::Kind::Skipped;
        return read;
    }
    const auto whole = normal_line(squeezed_line);
    std::string_view line = whole;
    Draft draft;
    draft.id = find_id(line);
    draft.helo = find_helo(line);
    draft.by = find_by(line);
    auto auth = read_authentication(line);

    bool is_enough = false;
    const Form* form = nullptr;
    if (line.starts_with("from ")) {
        line.remove_prefix(5);
        form = read_from(line, draft, is_enough);
    } else if (line.starts_with("FROM ")) {
        line.remove_prefix(5);
        form = fitting(capital_forms(), line, draft);
    } else if (line.starts_with("(from ")) {
        line.remove_prefix(6);
        form = fitting(bracketed_forms(), line, draft);
    }
    if (form != nullptr && is_in(Means::Skip | Means::Fetched, form->means)) {
        read.kind = is_in(Means::Fetched, form->means) ? ReceivedLine::Kind::Fetched
                                                       : ReceivedLine::Kind::Skipped;
        if (is_in(Means::ScannerSender, form->means) && draft.sender)
            read.next_sender = cleaned_sender(*draft.sender);
        return read;
    }
    if (form == nullptr && !is_enough) {
        find_bracketed_ip(line, draft);
        if (draft.ip.empty() || draft.by.empty()) return read;
    }
    read.kind = ReceivedLine::Kind::Handover;
    read.relay = finished(draft, std::move(auth));
    return read;
}

}  // namespace lazaret::filter::rules
