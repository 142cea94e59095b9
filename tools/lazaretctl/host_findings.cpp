#include "tools/lazaretctl/host_findings.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "base/error.hpp"
#include "base/mail/seal.hpp"
#include "base/private_file.hpp"
#include "quarantine-store/outbound/submitter.hpp"
#include "tools/lazaretctl/milter_socket.hpp"
#include "tools/lazaretctl/tcp_probe.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Finding ok(std::string part, std::string what)
{
    return {Health::Ok, std::move(part), std::move(what), {}, false};
}

Finding warning(std::string part, std::string what, std::string advice)
{
    return {Health::Warning, std::move(part), std::move(what), std::move(advice), false};
}

Finding problem(std::string part, std::string what, std::string advice)
{
    return {Health::Problem, std::move(part), std::move(what), std::move(advice), false};
}

/// `root:lazaret 0640`
std::string rights_text(const struct stat& facts)
{
    const auto* const user = getpwuid(facts.st_uid);
    const auto owner = user ? std::string{user->pw_name} : std::to_string(facts.st_uid);
    const auto* const group = getgrgid(facts.st_gid);
    return fmt::format("{}:{} {:04o}", owner,
                       group ? std::string{group->gr_name} : std::to_string(facts.st_gid),
                       facts.st_mode & 07777U);
}

/// Whether the user that the packages make for the milter can read a file; yes where there is no
/// such user.
bool milter_can_read(const struct stat& facts)
{
    const auto* const user = getpwnam("lazaret");
    if (!user) return true;
    if (facts.st_uid == user->pw_uid) return (facts.st_mode & 0400U) != 0;
    std::array<gid_t, 64> groups{};
    int count = static_cast<int>(groups.size());
    if (getgrouplist(user->pw_name, user->pw_gid, groups.data(), &count) < 0) count = 0;
    const auto last = groups.begin() + count;
    if (std::find(groups.begin(), last, facts.st_gid) != last) return (facts.st_mode & 040U) != 0;
    return (facts.st_mode & 04U) != 0;
}

/// Whether a file is as private as a secret has to be, and of use to the milter.
Finding private_file(const std::string& part, const std::string& file)
{
    struct stat facts {};
    if (stat(file.c_str(), &facts) != 0)
        return problem(part, fmt::format("{}: {}", file, system_error_text(errno)),
                       "make it, or name the right one");
    const auto rights = rights_text(facts);
    if ((facts.st_mode & 07U) != 0 || (facts.st_mode & 020U) != 0)
        return problem(part, fmt::format("{} is open to others ({})", file, rights),
                       fmt::format("chown root:lazaret {0}; chmod 0640 {0}", file));
    if (!milter_can_read(facts))
        return problem(part, fmt::format("the user lazaret cannot read {} ({})", file, rights),
                       fmt::format("chown root:lazaret {0}; chmod 0640 {0}", file));
    return ok(part, fmt::format("{} is private ({})", file, rights));
}

/// The time of the newest file that freshclam or an administrator could have put there.
std::optional<Moment> newest_signatures(const std::string& folder)
{
    constexpr auto kinds =
        std::to_array<std::string_view>({".cvd", ".cld", ".cud", ".hdb", ".hsb", ".ndb", ".ldb",
                                         ".mdb", ".msb", ".db", ".yar", ".yara", ".cbc"});
    std::optional<Moment> newest;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator{folder, failed}) {
        const auto kind = entry.path().extension().string();
        struct stat facts {};
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end() ||
            stat(entry.path().c_str(), &facts) != 0)
            continue;
        const Moment changed{std::chrono::seconds{facts.st_mtime}};
        newest = std::max(newest.value_or(changed), changed);
    }
    return newest;
}

}  // namespace

Findings settings_file_findings(const std::string& file)
{
    return {private_file("settings", file)};
}

Findings key_findings(const LinkConfig& config)
{
    Findings found{private_file("key", config.key_file)};
    if (found.front().health != Health::Ok) return found;
    try {  // an Error of the file is what we are here to tell
        const auto keys = SealKeys::read(config.key_file);
        found.push_back(ok("key", fmt::format("it is read, the newest key is {}", keys.newest())));
    } catch (const Error& error) {
        found.push_back(problem("key", error.what(),
                                error.hint().empty()
                                    ? "run this as root, or as the user of the milter"
                                    : error.hint()));
    }
    return found;
}

Findings vote_findings(const VotesConfig& config, const MilterConfig& milter)
{
    Findings found;
    if (!config.key_file.empty()) {
        found.push_back(private_file("votes", config.key_file));
        // A try that is no edge: what is wrong with the file is a finding.
        try {
            if (found.front().health == Health::Ok) read_shared_secret(config.key_file);
        } catch (const Error& error) {
            found.push_back(problem("votes", error.what(), error.hint()));
        }
    }
    const bool is_wanted =
        !config.key_file.empty() || !config.spam_address.empty() || !config.ham_address.empty();
    if (is_wanted && (!config.references || !milter.passages))
        found.push_back(
            problem("votes", "no vote on delivered mail is believed: it carries no reference",
                    "[votes] references and [milter] passages must be true, or [votes] be empty"));
    return found;
}

Findings signature_findings(const AntivirusConfig& config, Moment now)
{
    if (!config.enabled)
        return {warning("antivirus", "viruses are not looked for: [antivirus] enabled is false",
                        "install clamav-freshclam, then switch it on")};
    const auto newest = newest_signatures(config.signatures);
    if (!newest)
        return {
            problem("antivirus",
                    fmt::format("no virus signatures in {}: mail is unscanned", config.signatures),
                    "install clamav-freshclam, or set [antivirus] signatures")};
    const auto age = std::chrono::floor<std::chrono::days>(now - *newest).count();
    const auto what =
        fmt::format("the newest signature file is {} day{} old", age, age == 1 ? "" : "s");
    if (age > 7)
        return {problem("antivirus", what,
                        "is freshclam running? systemctl status "
                        "clamav-freshclam")};
    if (age > 2) return {warning("antivirus", what, "systemctl status clamav-freshclam")};
    return {ok("antivirus", what)};
}

Findings disk_findings(const MilterConfig& config)
{
    const auto& folder = config.state_directory;
    struct statvfs disk {};
    if (statvfs(folder.c_str(), &disk) != 0)
        return {problem("disk", fmt::format("{}: {}", folder, system_error_text(errno)),
                        fmt::format("install -d -o lazaret -g lazaret -m 0750 {}", folder))};
    const auto free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
    const auto all = static_cast<double>(disk.f_blocks) * static_cast<double>(disk.f_frsize);
    const double percent = all > 0 ? 100.0 * free / all : 0.0;
    const auto what =
        fmt::format("{:.1f} GB free below {} ({:.0f} %)", free / 1e9, folder, percent);
    if (free < 200e6) return {problem("disk", what, "with a full disk, mail is put off with 451")};
    if (free < 2e9 && percent < 10.0) return {warning("disk", what, "make room soon")};
    return {ok("disk", what)};
}

Findings milter_findings(const MilterConfig& config)
{
    const auto& socket = config.socket;
    const auto place = parse_milter_socket(socket);
    std::string why;
    if (place.is_path) {
        why = probe_unix(place.path);
    } else {
        const auto host = is_any_host(place.host) ? "localhost" : place.host;
        const auto answer = probe_tcp(host, place.port, 3s, false);
        if (!answer) why = answer.error();
    }
    if (why.empty()) return {ok("milter", fmt::format("it listens on {}", socket))};
    auto finding = problem("milter", fmt::format("nobody listens on {}: {}", socket, why),
                           "systemctl status lazaret-milter; if [milter] socket was changed: "
                           "systemctl restart lazaret-milter");
    finding.passing = true;
    return {finding};
}

Findings submission_findings(const SubmissionConfig& config)
{
    auto hurried = config;
    hurried.timeout = std::min<std::chrono::milliseconds>(config.timeout, 5s);
    // A try that is no edge: that nothing can be handed in is a finding.
    try {
        return {ok("submission",
                   fmt::format("{} greets: {}", config.url, store::greeting_of(hurried)))};
    } catch (const Error& error) {
        auto finding =
            problem("submission", error.what(),
                    "released mail waits until it does; are [submission] url and tls right?");
        finding.passing = true;
        return {finding};
    }
}

}  // namespace lazaret::tools
