#include "milter/filter/imitation.hpp"

#include <algorithm>
#include <array>

#include "base/config/report_sender.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
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

bool is_of_claims(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// `CLAIM` or `CLAIM/...`, as it stands behind /m/, /a/ or /u/.
bool begins_with_claim(std::string_view text, std::size_t length)
{
    const auto dot = text.substr(0, longest_key_id + 1).find('.');
    if (dot == 0 || dot == std::string_view::npos) return false;
    const auto sealed = text.substr(dot + 1, length);
    const auto behind = text.substr(std::min(dot + 1 + length, text.size()));
    return sealed.size() == length && is_of_claims(text.substr(0, dot)) && is_of_claims(sealed) &&
           (behind.empty() || !is_of_claims(behind.substr(0, 1)));
}

std::string host_of(std::string_view url)
{
    const auto slashes = url.find("//");
    if (slashes == std::string_view::npos) return {};
    url.remove_prefix(slashes + 2);
    url = url.substr(0, url.find_first_of("/?#"));
    // A port is no part of the host; an IPv6 address has colons of its own.
    if (const auto colon = url.rfind(':');
        colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos)
        url = url.substr(0, colon);
    return ascii_lower(url);
}

std::string_view path_of(std::string_view url)
{
    const auto slashes = url.find("//");
    const auto slash =
        url.find('/', slashes == std::string_view::npos ? std::size_t{0} : slashes + 2);
    return slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
}

bool has_our_name(const Message& message, const ReportMarks& ours)
{
    const auto& from = message.from_addresses;
    if (std::any_of(from.begin(), from.end(),
                    [&](const auto& address) { return address.key() == ours.from; }))
        return true;
    return !ours.from_name.empty() && starts_ignoring_case(message.from, ours.from_name);
}

}  // namespace

ReportMarks report_marks(const ReportConfig& config)
{
    ReportMarks marks;
    marks.portal_host = host_of(config.portal_url);
    try {  // no edge: without a sender there are no reports, and mail is judged all the same
        const auto sender = report_sender(config);
        if (const auto address = parse_address(sender.address)) marks.from = address->key();
        marks.from_name = sender.name;
    } catch (const Error&) {
        return marks;
    }
    return marks;
}

bool is_report_path(std::string_view path)
{
    for (auto at = path.find('/'); at != std::string_view::npos && at + 3 < path.size();
         at = path.find('/', at + 1)) {
        const char place = path[at + 1];
        if (path[at + 2] != '/') continue;
        const auto behind = path.substr(at + 3);
        if (place == 'm' && begins_with_claim(behind, copy_claim_length)) return true;
        if ((place == 'a' || place == 'u') && begins_with_claim(behind, account_claim_length))
            return true;
    }
    return false;
}

std::string imitation_of(const Message& message, const ReportMarks& ours)
{
    for (const auto& link : message.links)
        if (link.host != ours.portal_host && is_report_path(path_of(link.url))) return link.host;
    const bool has_subject = std::any_of(subjects.begin(), subjects.end(), [&](auto subject) {
        return message.subject.starts_with(subject);
    });
    return has_subject && has_our_name(message, ours) ? message.from : std::string{};
}

Check imitation_check(ReportMarks ours)
{
    return {"imitation", [ours = std::move(ours)](const Mail& mail, Findings& findings) {
                const auto why = imitation_of(mail.message, ours);
                if (why.empty()) return;
                findings.dangerous = true;
                findings.hits.push_back(own_hit(OwnHit::ReportImitation, why));
            }};
}

}  // namespace lazaret::filter
