#include "base/config/configuration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>

#include "base/config/milter_socket.hpp"
#include "base/config/section.hpp"
#include "base/error.hpp"
#include "base/records/address.hpp"
#include "base/records/block_list.hpp"
#include "base/records/from_text.hpp"
#include "base/records/networks.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

using namespace std::chrono_literals;
using Problems = std::vector<std::string>;

/// Notes each entry that is no network.
void require_networks(Section& s, std::string_view key, const std::vector<std::string>& networks)
{
    for (const auto& network : networks)
        s.require(key, Networks::is_network(network),
                  fmt::format("has {:?}, which is not a network such as 192.0.2.0/24 or "
                              "2001:db8::/32",
                              network));
}

/// Puts domains into the form of Address::domain; notes each entry that is none.
void read_domains(Section& s, std::string_view key, std::vector<std::string>& domains)
{
    for (auto& domain : domains) {
        const auto read = parse_domain(domain);
        const bool is_domain = read && !read->starts_with('[');
        s.require(key, is_domain, fmt::format("has {:?}, which is not a domain", domain));
        if (is_domain) domain = *read;
    }
}

DatabaseConfig read_database(SettingsFile& file, Problems& problems)
{
    DatabaseConfig c;
    Section s{file, "database", problems};
    s.text("connection", c.connection);
    s.duration("connect_timeout", c.connect_timeout, 1s, 60s);
    s.duration("statement_timeout", c.statement_timeout, 1s, 10min);
    s.finish();
    return c;
}

/// Whether a name can stand in Authentication-Results, in quotes where it needs them (RFC 8601
/// 2.2); or empty.
bool is_results_name(std::string_view text)
{
    return is_one_line(text) && text.find_first_of("\"\\") == std::string_view::npos &&
           trimmed(text) == text;
}

// `mx.example.org dkim dmarc`
std::optional<TrustedVerifier> read_verifier(const std::string& text)
{
    TrustedVerifier verifier;
    std::istringstream words{ascii_lower(text)};
    words >> verifier.authserv_id;
    for (std::string method; words >> method;) {
        if (method != "dkim" && method != "spf" && method != "dmarc") return std::nullopt;
        verifier.methods.push_back(std::move(method));
    }
    if (verifier.methods.empty() || !is_results_name(verifier.authserv_id)) return std::nullopt;
    return verifier;
}

std::vector<TrustedVerifier> read_verifiers(Section& s, std::string_view key,
                                            const std::vector<std::string>& texts)
{
    std::vector<TrustedVerifier> verifiers;
    for (const auto& text : texts) {
        auto verifier = read_verifier(text);
        s.require(key, verifier.has_value(),
                  fmt::format("has {:?}, which is no name with what it is believed in, such as "
                              "\"mx.example.org dkim spf dmarc\"",
                              text));
        if (verifier) verifiers.push_back(std::move(*verifier));
    }
    return verifiers;
}

MilterConfig read_milter(SettingsFile& file, Problems& problems)
{
    MilterConfig c;
    Section s{file, "milter", problems};
    s.text("socket", c.socket);
    s.text("socket_mode", c.socket_mode);
    s.text("state_directory", c.state_directory);
    s.text("authserv_id", c.authserv_id);
    std::vector<std::string> verifiers;
    s.texts("trusted_authserv_ids", verifiers);
    c.trusted_authserv_ids = read_verifiers(s, "trusted_authserv_ids", verifiers);
    s.texts("trusted_sealers", c.trusted_sealers);
    s.texts("relays", c.relays);
    s.texts("trusted_networks", c.trusted_networks);
    s.whole("max_message", c.max_message, 1 << 10, 1 << 30);
    s.whole("memory_per_message", c.memory_per_message, 1 << 10, 1 << 30);
    s.whole("judgements", c.judgements, 0, 1024);
    s.whole("sessions", c.sessions, 1, 100'000);
    s.duration("judgement_budget", c.judgement_budget, 1s, 280s);
    s.duration("progress_interval", c.progress_interval, 1s, 120s);
    s.duration("reload_interval", c.reload_interval, 100ms, 10min);
    s.duration("unscanned_delay", c.unscanned_delay, 0s, 24h * 5);
    s.yes_or_no("require_antivirus", c.require_antivirus);
    s.yes_or_no("passages", c.passages);
    read_domains(s, "trusted_sealers", c.trusted_sealers);
    require_networks(s, "relays", c.relays);
    require_networks(s, "trusted_networks", c.trusted_networks);
    s.require("socket", is_milter_socket(c.socket), "must be unix:/FILE or inet:PORT@HOST");
    s.require("socket_mode",
              c.socket_mode.size() >= 3 && c.socket_mode.size() <= 4 &&
                  c.socket_mode.find_first_not_of("01234567") == std::string::npos,
              "must be an octal mode such as \"0660\"");
    s.require("authserv_id", is_results_name(c.authserv_id),
              "must be a name such as \"mx.example.org\", in one line, without quotes");
    s.finish();
    return c;
}

AntivirusConfig read_antivirus(SettingsFile& file, Problems& problems)
{
    AntivirusConfig c;
    Section s{file, "antivirus", problems};
    s.yes_or_no("enabled", c.enabled);
    s.text("signatures", c.signatures);
    s.duration("budget", c.budget, 100ms, 270s);
    s.duration("check_interval", c.check_interval, 1s, 24h);
    s.whole("max_scan_size", c.max_scan_size, 1 << 20, std::int64_t{2} << 30);
    s.text("temporary_directory", c.temporary_directory);
    s.finish();
    return c;
}

LearnedConfig read_learned(SettingsFile& file, Problems& problems)
{
    LearnedConfig c;
    Section s{file, "learned", problems};
    s.yes_or_no("enabled", c.enabled);
    s.number("most_points", c.most_points, 0.0, 100.0);
    s.number("least_points", c.least_points, -100.0, 0.0);
    s.finish();
    return c;
}

RulesConfig read_rules(SettingsFile& file, Problems& problems)
{
    RulesConfig c;
    Section s{file, "rules", problems};
    s.yes_or_no("enabled", c.enabled);
    s.texts("folders", c.folders);
    s.yes_or_no("suggested_scores", c.suggested_scores);
    s.text("cache", c.cache);
    s.duration("check_interval", c.check_interval, 1s, 24h);
    s.finish();
    return c;
}

DnsConfig read_dns(SettingsFile& file, Problems& problems)
{
    DnsConfig c;
    Section s{file, "dns", problems};
    s.yes_or_no("enabled", c.enabled);
    s.texts("servers", c.servers);
    s.duration("budget", c.budget, 100ms, 60s);
    s.texts("refuse_listed", c.refuse_listed);
    for (const auto& list : c.refuse_listed)
        s.require("refuse_listed", BlockList::parse(list).has_value(),
                  fmt::format("'{}' is no block list: write ZONE, ZONE=127.0.0.2,127.0.0.4/30, or "
                              "either with ` as NAME` behind it",
                              list));
    s.require("refuse_listed", c.enabled || c.refuse_listed.empty(),
              "lists cannot be asked while enabled is false");
    s.duration("clock_tolerance", c.clock_tolerance, 0s, 24h);
    s.finish();
    return c;
}

bool parse_tls(std::string_view text, SubmissionConfig::Tls& tls)
{
    using Tls = SubmissionConfig::Tls;
    constexpr std::array<std::string_view, 4> words = {"auto", "off", "try", "require"};
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end()) return false;
    tls = static_cast<Tls>(found - words.begin());
    return true;
}

SubmissionConfig read_submission(SettingsFile& file, Problems& problems)
{
    SubmissionConfig c;
    std::string tls = "auto";
    Section s{file, "submission", problems};
    s.text("url", c.url);
    s.text("tls", tls);
    s.text("helo", c.helo);
    s.duration("timeout", c.timeout, 1s, 10min);
    s.require("url", c.url.starts_with("smtp://") || c.url.starts_with("smtps://"),
              "must be smtp://HOST:PORT or smtps://HOST:PORT");
    s.require("tls", parse_tls(tls, c.tls), "must be auto, off, try or require");
    s.finish();
    return c;
}

LinkConfig read_link(SettingsFile& file, Problems& problems)
{
    LinkConfig c;
    Section s{file, "link", problems};
    s.text("key_file", c.key_file);
    s.finish();
    return c;
}

/// `127.0.0.1:8480`, `[::1]:8480`; port 0 lets the system choose.
bool is_socket_address(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto host = text.substr(0, colon);
    const bool is_v6 = host.find(':') != std::string_view::npos;
    if (is_v6 && (host.front() != '[' || host.back() != ']')) return false;
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data() + colon + 1, end, port);
    return code == std::errc{} && stop == end;
}

void check_report(Section& s, const ReportConfig& c)
{
    const auto is_address = [](const std::string& text) { return parse_address(text).has_value(); };
    s.require("from", trimmed(c.from).empty() || is_from(c.from),
              "must be an address, or \"Name <address>\"");
    s.require("sender", c.sender.empty() || is_written_address(c.sender), "must be an address");
    s.require("portal_url",
              c.portal_url.empty() || (is_web_address(c.portal_url) &&
                                       c.portal_url.find_first_of("?#") == std::string::npos),
              "must be https://HOST or http://HOST, with a path where the portal has one");
    s.require("admin_address", c.admin_address.empty() || is_address(c.admin_address),
              "must be an address");
    constexpr const char* one_line =
        "must be one line, without characters that turn the text around them";
    s.require("name", is_one_line(c.look.name), one_line);
    s.require("colour", is_colour(c.look.colour), "must be a colour such as \"#1d4e89\"");
    s.require("help_url", c.look.help_url.empty() || is_web_address(c.look.help_url),
              "must begin with https:// or http://");
    s.require("logo", c.look.logo.empty() || is_logo_name(c.look.logo),
              "must be a file name such as \"town.png\"");
    s.require("footer", is_one_line(c.look.footer), one_line);
}

ReportConfig read_report(SettingsFile& file, Problems& problems)
{
    ReportConfig c;
    Section s{file, "report", problems};
    s.text("from", c.from);
    s.text("sender", c.sender);
    s.text("portal_url", c.portal_url);
    s.text("templates", c.templates);
    s.duration("link_life", c.link_life, 1h, 24h * 60);
    s.text("admin_address", c.admin_address);
    s.text("name", c.look.name);
    s.text("colour", c.look.colour);
    s.text("help_url", c.look.help_url);
    s.text("footer", c.look.footer);
    s.text("logo", c.look.logo);
    check_report(s, c);
    while (c.portal_url.ends_with('/')) c.portal_url.pop_back();
    s.finish();
    return c;
}

MetricsConfig read_metrics(SettingsFile& file, Problems& problems)
{
    MetricsConfig c;
    Section s{file, "metrics", problems};
    s.text("listen", c.listen);
    s.require("listen", c.listen.empty() || is_socket_address(c.listen),
              "must be ADDRESS:PORT, as 127.0.0.1:9146");
    s.finish();
    return c;
}

PortalConfig read_portal(SettingsFile& file, Problems& problems)
{
    PortalConfig c;
    Section s{file, "portal", problems};
    s.text("listen", c.listen);
    s.texts("trusted_proxies", c.trusted_proxies);
    s.whole("threads", c.threads, 1, 256);
    s.whole("requests_per_minute", c.requests_per_minute, 1, 100'000);
    s.duration("session_life", c.session_life, 0s, 24h * 30);
    s.duration("sign_in_life", c.sign_in_life, 5min, 24h * 90);
    s.text("breached_passwords", c.breached_passwords);
    s.texts("unsubscribe_networks", c.unsubscribe_networks);
    s.text("unsubscribe_ca_file", c.unsubscribe_ca_file);
    require_networks(s, "trusted_proxies", c.trusted_proxies);
    require_networks(s, "unsubscribe_networks", c.unsubscribe_networks);
    s.require("listen", is_socket_address(c.listen), "must be ADDRESS:PORT, as 127.0.0.1:8480");
    s.finish();
    return c;
}

/// Puts an address into the form of Address::key(); notes one that is none.
void read_address(Section& s, std::string_view key, std::string& address)
{
    if (address.empty()) return;
    const auto read = parse_address(address);
    s.require(key, read.has_value(), "must be an address");
    if (read) address = read->key();
}

VotesConfig read_votes(SettingsFile& file, Problems& problems)
{
    VotesConfig c;
    Section s{file, "votes", problems};
    s.yes_or_no("references", c.references);
    s.text("key_file", c.key_file);
    s.text("spam_address", c.spam_address);
    s.text("ham_address", c.ham_address);
    read_address(s, "spam_address", c.spam_address);
    read_address(s, "ham_address", c.ham_address);
    s.require("ham_address", c.ham_address.empty() || c.ham_address != c.spam_address,
              "must not be spam_address");
    s.finish();
    return c;
}

LogConfig read_log(SettingsFile& file, Problems& problems)
{
    LogConfig c;
    std::string level = "info";
    Section s{file, "log", problems};
    s.text("level", level);
    s.require("level", log::parse_level(level, c.level), "must be debug, info, warning or error");
    s.finish();
    return c;
}

Configuration understand(SettingsFile file, const std::string& name)
{
    Problems problems;
    Configuration c{
        .database = read_database(file, problems),
        .milter = read_milter(file, problems),
        .antivirus = read_antivirus(file, problems),
        .learned = read_learned(file, problems),
        .rules = read_rules(file, problems),
        .dns = read_dns(file, problems),
        .submission = read_submission(file, problems),
        .link = read_link(file, problems),
        .report = read_report(file, problems),
        .metrics = read_metrics(file, problems),
        .portal = read_portal(file, problems),
        .sign_in = read_sign_in(file, problems),
        .votes = read_votes(file, problems),
        .log = read_log(file, problems),
    };
    refuse_unknown_sections(
        file,
        {"database", "milter", "antivirus", "learned", "rules", "dns", "submission", "link",
         "report", "metrics", "portal", "sign_in", "votes", "log"},
        problems);
    if (!problems.empty())
        throw Error{Error::Kind::Setup, "{} has {} problem{}:\n{}",      name,
                    problems.size(),    problems.size() == 1 ? "" : "s", fmt::join(problems, "\n")};
    return c;
}

}  // namespace

Configuration Configuration::read(const std::string& file)
{
    return understand(SettingsFile::read(file), file);
}

Configuration Configuration::parse(std::string_view text, const std::string& name)
{
    return understand(SettingsFile::parse(text, name), name);
}

}  // namespace lazaret
