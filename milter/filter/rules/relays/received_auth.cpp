#include "milter/filter/rules/relays/received_auth.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/relays/received_shape.hpp"

namespace lazaret::filter::rules {

namespace {

constexpr auto npos = std::string_view::npos;

bool holds(std::string_view line, std::string_view text) { return line.find(text) != npos; }

/// What stands behind the first `text`; empty when it is not there.
std::string_view behind(std::string_view line, std::string_view text)
{
    const auto at = line.find(text);
    return at == npos ? std::string_view{} : line.substr(at + text.size());
}

/// `with` keywords of authenticated sessions: RFC 3848, RFC 6531, Exim's ASMTP, web mail.
std::string_view with_protocol(std::string_view line)
{
    static constexpr auto protocols = std::to_array<std::string_view>(
        {"ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA", "UTF8SMTPSA", "UTF8LMTPA",
         "UTF8LMTPSA", "ASMTP", "HTTP", "HTTPS", "HTTPU"});
    constexpr std::string_view with = " with ";
    for (auto at = find_ignoring_case(line, with, 0); at != npos;
         at = find_ignoring_case(line, with, at + 1)) {
        const auto rest = line.substr(at + with.size());
        const auto word = rest.substr(0, rest.find_first_of(" ;"));
        const bool is_one = std::any_of(protocols.begin(), protocols.end(),
                                        [&](auto each) { return same_ignoring_case(word, each); });
        if (is_one) return word;
    }
    return {};
}

/// Gmail's id of a submission: `x1sm123456abc.1.2026.01.02.03.04.05`.
bool is_gmail_submission(std::string_view id)
{
    const auto dot = id.find('.');
    if (dot == npos || std::count(id.begin(), id.end(), '.') < 7) return false;
    const auto head = id.substr(0, dot);
    const auto mark = head.find("sm", 1);
    if (mark == npos || mark > 4 || head.size() < mark + 7) return false;
    const auto digits = head.substr(mark + 2, head.size() - mark - 5);
    return digits.size() <= 9 && digits.find_first_not_of("0123456789") == npos;
}

std::string gmail(std::string_view line)
{
    const auto id = behind(line, " by mx.google.com with ESMTPS id ");
    if (id.empty() || !is_gmail_submission(id.substr(0, id.find(' ')))) return {};
    const auto session = behind(line, "(version=");
    const auto cipher = behind(session, " cipher=");
    const auto version = session.substr(0, session.find(' '));
    const auto end = cipher.find(')');
    if (version.empty() || end == npos || end == 0 ||
        !session.substr(version.size()).starts_with(" cipher="))
        return {};
    return "GMail - transport=" + std::string{version} +
           " cipher=" + std::string{cipher.substr(0, end)};
}

std::string courier(std::string_view line)
{
    static constexpr auto mechanisms =
        std::to_array<std::string_view>({"LOGIN", "PLAIN", "DIGEST-MD5", "CRAM-MD5"});
    const auto at = line.find(" (AUTH: ");
    if (at == npos || at < 2) return {};
    const auto before = line.substr(at - 2, 2);
    if (before != "])" && before != ")]") return {};
    const auto rest = line.substr(at + 8);
    const auto word = rest.substr(0, rest.find(' '));
    const bool is_known = std::find(mechanisms.begin(), mechanisms.end(), word) != mechanisms.end();
    return is_known && holds(rest, ") by ") ? std::string{word} : std::string{};
}

/// Where the client's address ends: behind `])`, `] (...))` or `)]`, at a blank.
std::size_t end_of_client(std::string_view line)
{
    for (std::size_t at = 5; at + 2 < line.size(); ++at) {
        if (line[at] == ')' && line[at + 1] == ']' && line[at + 2] == ' ') return at + 2;
        if (line[at] != ']') continue;
        auto end = at + 1;
        if (line.substr(end).starts_with(" (")) {
            end = line.find(')', end);
            if (end == npos) continue;
            ++end;
        }
        if (line.substr(end).starts_with(") ")) return end + 1;
    }
    return npos;
}

/// `(authenticated ...)`: sendmail, MDaemon, web mail.
bool is_sendmail(std::string_view line)
{
    if (!holds(line, "authenticated") || !line.starts_with("from ")) return false;
    const auto at = end_of_client(line);
    if (at == npos) return false;
    const auto rest = behind(behind(line.substr(at), "("), "authenticated");
    return holds(behind(rest, ")"), " by");
}

/// GMX says HELO and address, and authenticates all who may send.
std::string gmx(std::string_view line)
{
    static const ReceivedShape shape{
        "from {word?} ({ehlo} {word?}) [{ip}] by {by} ({note}) with {smtp}"};
    Findings found;
    if (!holds(line, " by mail.gmx.") || !shape.fits(line, found)) return {};
    const auto by = found[Told::By];
    if (by != "mail.gmx.net" && by != "mail.gmx.com") return {};
    return "GMX (" + std::string{found[Told::Extra]} + " / " + std::string{by} + ")";
}

bool is_critical_path(std::string_view line)
{
    const auto at = line.find(") (authenticated as ");
    if (at == npos) return false;
    const auto open = line.rfind('(', at);
    if (open == npos || !holds(line.substr(0, open), ") by ")) return false;
    const auto version = line.substr(open + 1, at - open - 1);
    return version.find_first_not_of("0123456789.") == npos &&
           std::count(version.begin(), version.end(), '.') >= 2 &&
           holds(line.substr(at + 1), ") id ");
}

/// Postfix with smtpd_sasl_authenticated_header, under its own name or another.
std::string postfix(std::string_view line)
{
    static const ReceivedShape shape{"{word}) by {word} ({remark}) with "};
    const auto rest = behind(line, ") (Authenticated sender: ");
    Findings found;
    if (rest.empty() || !shape.fits(rest, found)) return {};
    const std::string name{found[Told::Extra]};
    return name == "Postfix" ? name : "Postfix (" + name + ")";
}

bool is_communigate(std::string_view line)
{
    static constexpr auto transports =
        std::to_array<std::string_view>({"HTTP", "SMTP", "XIMSS", "IMAP"});
    const auto rest = behind(line, "CommuniGate Pro ");
    return holds(line, " (account ") &&
           std::any_of(transports.begin(), transports.end(),
                       [&](auto each) { return rest.starts_with(each); });
}

/// `(via HTTP)`, `(via HTTPS)`.
std::string_view via_http(std::string_view line)
{
    const auto at = find_ignoring_case(line, " (via http", 0);
    if (at == npos) return {};
    const auto rest = line.substr(at + 6);
    const auto end = rest.find(')');
    if (end == npos || end > 5) return {};
    const bool ends = end + 1 == rest.size() || rest[end + 1] == ' ' || rest[end + 1] == ';';
    return ends ? rest.substr(0, end) : std::string_view{};
}

}  // namespace

std::string read_authentication(std::string_view line)
{
    const bool has_by = holds(line, " by ");
    if (has_by)
        if (const auto protocol = with_protocol(line); !protocol.empty())
            return std::string{protocol};
    if (auto found = gmail(line); !found.empty()) return found;
    if (auto found = courier(line); !found.empty()) return found;
    if (is_sendmail(line)) return "Sendmail";
    if (auto found = gmx(line); !found.empty()) return found;
    if (is_critical_path(line)) return "CriticalPath";
    if (auto found = postfix(line); !found.empty()) return found;
    if (is_communigate(line)) return "Communigate";
    if (holds(line, " with Microsoft Exchange Server HTTP-DAV")) return "HTTP-DAV";
    if (has_by) return std::string{via_http(line)};
    return {};
}

}  // namespace lazaret::filter::rules
