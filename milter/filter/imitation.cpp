#include "milter/filter/imitation.hpp"

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "base/config/report_sender.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "milter/filter/message/links.hpp"
#include "milter/filter/own_hits.hpp"

namespace lazaret::filter {
namespace {

// How the subject of a report begins, in each language. This folder links no catalogues; a test
// compares them.
constexpr std::array<std::string_view, 8> subjects = {
    "Quarantine report:",      "Rapport de quarantaine\u00A0:",
    "Quarantänebericht:",      "Informe de cuarentena:",
    "Rapporto di quarantena:", "Quarantainerapport:",
    "Raport z kwarantanny:",   "Karantenerapport:",
};

// Characters of a sealed claim behind its key id (quarantine-store/link); a test compares them.
constexpr std::size_t copy_claim_length = 38;
constexpr std::size_t account_claim_length = 43;
constexpr std::size_t longest_key_id = 32;

constexpr std::size_t longest_subject = 500;  // bytes of subject and name that are compared

bool is_of_claims(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// The claim of `CLAIM` or `CLAIM/...`, as it stands behind /m/, /a/ or /u/; else empty.
std::string_view claim_at_begin(std::string_view text, std::size_t length)
{
    const auto dot = text.substr(0, longest_key_id + 1).find('.');
    if (dot == 0 || dot == std::string_view::npos) return {};
    const auto sealed = text.substr(dot + 1, length);
    const auto behind = text.substr(std::min(dot + 1 + length, text.size()));
    const bool is_claim = sealed.size() == length && is_of_claims(text.substr(0, dot)) &&
                          is_of_claims(sealed) &&
                          (behind.empty() || !is_of_claims(behind.substr(0, 1)));
    return is_claim ? text.substr(0, dot + 1 + length) : std::string_view{};
}

// Whether a claim says what one of Lazaret's does before its MAC: kind, hours since 1970, and a
// copy or a tenant and an account. A signature of other services is as long as one about an
// account.
bool is_of_a_report(std::string_view claim)
{
    const auto bytes = from_base64(claim.substr(claim.find('.') + 1));
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(bytes[place]); };
    constexpr std::size_t shortest = 16;
    if (bytes.size() < shortest || at(1) < 7 || at(1) > 15) return false;  // 2022 to 2089
    if (claim.size() - claim.find('.') - 1 == copy_claim_length)
        return at(0) == 1 && at(4) < 16;      // a reference has 60 bits
    const auto account = bytes.substr(8, 4);  // the higher half of its number
    return (at(0) == 2 || at(0) == 3) && account == std::string(account.size(), '\0');
}

// Characters that nobody sees, in UTF-8: blanks of every width, and those without any.
constexpr auto unseen = std::to_array<std::string_view>(
    {" ",      "\t",     "\u00A0", "\u00AD", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
     "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B", "\u200C", "\u200D",
     "\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u202F", "\u2060",
     "\u2066", "\u2067", "\u2068", "\u2069", "\u3000", "\uFEFF"});

// A text as somebody takes it in who does not look closely: without blanks, in small letters (of
// the alphabets that our subjects are written in).
std::string at_a_glance(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const auto found = std::find_if(unseen.begin(), unseen.end(),
                                        [&](auto one) { return text.starts_with(one); });
        if (found != unseen.end()) {
            text.remove_prefix(found->size());
            continue;
        }
        const auto c = static_cast<unsigned char>(text.front());
        const bool is_latin_1 = !out.empty() && static_cast<unsigned char>(out.back()) == 0xC3;
        // U+00C0 to U+00DE, but the sign for "times".
        const bool is_capital = is_latin_1 && c >= 0x80 && c <= 0x9E && c != 0x97;
        out += static_cast<char>(is_capital ? c + 0x20 : c);
        text.remove_prefix(1);
    }
    return ascii_lower(out);
}

bool has_report_subject(const Message& message)
{
    const auto subject = at_a_glance(std::string_view{message.subject}.substr(0, longest_subject));
    return std::any_of(subjects.begin(), subjects.end(),
                       [&](auto known) { return subject.starts_with(at_a_glance(known)); });
}

bool is_from(const Message& message, const ReportMarks& ours)
{
    const auto is_ours = [&](const Address& address) { return address.key() == ours.from; };
    if (std::ranges::any_of(message.from_addresses, is_ours) ||
        std::ranges::any_of(message.apparent_authors, is_ours))
        return true;
    return !ours.from_name.empty() && at_a_glance(message.from.substr(0, longest_subject))
                                          .starts_with(at_a_glance(ours.from_name));
}

// The site's name, or one that a recipient's own reports come from.
bool has_our_name(const Mail& mail, const ReportMarks& ours)
{
    if (is_from(mail.message, ours)) return true;
    return std::any_of(mail.report_senders.begin(), mail.report_senders.end(),
                       [&](const auto& sender) {
                           ReportConfig of_recipient;
                           of_recipient.from = sender;
                           return is_from(mail.message, report_marks(of_recipient));
                       });
}

// What the links of a message that look like a report's say of it.
struct ReportLinks {
    std::string elsewhere;  // the first host that is not ours; `?` when it cannot be read
    bool all_ours = false;  // there are some, and we made their claims
};

ReportLinks report_links(const Message& message, const ReportMarks& ours)
{
    ReportLinks links;
    bool any = false;
    bool all = true;
    for (const auto& link : message.links) {
        const auto path = path_of_url(link.url);
        const auto claim = report_claim(path);
        if (claim.empty()) continue;
        if (link.host != ours.portal_host) {
            if (is_of_a_report(claim)) return {link.host.empty() ? "?" : link.host, false};
            continue;
        }
        any = true;
        all = all && ours.is_our_claim && ours.is_our_claim(claim);
    }
    links.all_ours = any && all;
    return links;
}

}  // namespace

ReportMarks report_marks(const ReportConfig& config)
{
    ReportMarks marks;
    marks.portal_host = host_of_url(config.portal_url);
    try {  // no edge: without a sender there are no reports, and mail is judged all the same
        const auto sender = report_sender(config);
        if (const auto address = parse_address(sender.address)) marks.from = address->key();
        marks.from_name = sender.name;
    } catch (const Error&) {
        return marks;
    }
    return marks;
}

std::vector<std::string> report_senders(const Envelope& envelope, const Policy& policy)
{
    std::vector<std::string> senders;
    for (const auto& recipient : envelope.recipients) {
        if (!recipient.address) continue;
        auto sender = policy_for(policy, *recipient.address).settings.report_from;
        if (!sender.empty() && std::find(senders.begin(), senders.end(), sender) == senders.end())
            senders.push_back(std::move(sender));
    }
    return senders;
}

std::string_view report_claim(std::string_view path)
{
    for (auto at = path.find('/'); at != std::string_view::npos && at + 3 < path.size();
         at = path.find('/', at + 1)) {
        const char place = path[at + 1];
        if (path[at + 2] != '/') continue;
        const auto behind = path.substr(at + 3);
        const auto claim = place == 'm' ? claim_at_begin(behind, copy_claim_length)
                           : place == 'a' || place == 'u'
                               ? claim_at_begin(behind, account_claim_length)
                               : std::string_view{};
        if (!claim.empty()) return claim;
    }
    return {};
}

std::optional<Hit> imitation_of(const Mail& mail, const ReportMarks& ours)
{
    const auto links = report_links(mail.message, ours);
    if (!links.elsewhere.empty()) return own_hit(OwnHit::ReportImitation, links.elsewhere);
    if (links.all_ours || !has_report_subject(mail.message) || !has_our_name(mail, ours))
        return std::nullopt;
    return own_hit(OwnHit::ReportName, mail.message.from);
}

Check imitation_check(ReportMarks ours)
{
    return {"imitation", [ours = std::move(ours)](const Mail& mail, Findings& findings) {
                auto hit = imitation_of(mail, ours);
                if (!hit) return;
                findings.dangerous = true;
                findings.hits.push_back(std::move(*hit));
            }};
}

}  // namespace lazaret::filter
