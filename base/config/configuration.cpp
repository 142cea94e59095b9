#include "base/config/configuration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/config/section.hpp"
#include "base/error.hpp"
#include "base/records/networks.hpp"

namespace lazaret {
namespace {

using namespace std::chrono_literals;
using Problems = std::vector<std::string>;

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

MilterConfig read_milter(SettingsFile& file, Problems& problems)
{
    MilterConfig c;
    Section s{file, "milter", problems};
    s.text("socket", c.socket);
    s.text("socket_mode", c.socket_mode);
    s.text("state_directory", c.state_directory);
    s.text("authserv_id", c.authserv_id);
    s.texts("trusted_authserv_ids", c.trusted_authserv_ids);
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
    for (const auto& network : c.trusted_networks)
        s.require("trusted_networks", Networks::is_network(network),
                  fmt::format("has {:?}, which is not a network such as 192.0.2.0/24 or "
                              "2001:db8::/32",
                              network));
    s.require(c.socket_mode.size() >= 3 && c.socket_mode.size() <= 4 &&
                  c.socket_mode.find_first_not_of("01234567") == std::string::npos,
              "socket_mode must be an octal mode such as \"0660\"");
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
    s.require(c.url.starts_with("smtp://") || c.url.starts_with("smtps://"),
              "url must be smtp://HOST:PORT or smtps://HOST:PORT");
    s.require(parse_tls(tls, c.tls), "tls must be auto, off, try or require");
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

LogConfig read_log(SettingsFile& file, Problems& problems)
{
    LogConfig c;
    std::string level = "info";
    Section s{file, "log", problems};
    s.text("level", level);
    s.require(log::parse_level(level, c.level), "level must be debug, info, warning or error");
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
        .submission = read_submission(file, problems),
        .link = read_link(file, problems),
        .log = read_log(file, problems),
    };
    refuse_unknown_sections(
        file, {"database", "milter", "antivirus", "learned", "submission", "link", "log"},
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
