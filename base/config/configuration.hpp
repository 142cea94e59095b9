#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/config/sign_in.hpp"
#include "base/log.hpp"
#include "base/records/look.hpp"

namespace lazaret {

/// [database]: where the quarantine is.
struct DatabaseConfig {
    /// libpq connection text or URL; may name several hosts (target_session_attrs=read-write).
    std::string connection = "dbname=lazaret";
    std::chrono::milliseconds connect_timeout{3'000};     ///< then 451 for mail that must be held
    std::chrono::milliseconds statement_timeout{20'000};  ///< of one statement

    bool operator==(const DatabaseConfig&) const = default;
};

/// A filter in front of us whose Authentication-Results are believed.
struct TrustedVerifier {
    std::string authserv_id;           ///< small letters
    std::vector<std::string> methods;  ///< in what: of `dkim`, `spf`, `dmarc`

    bool operator==(const TrustedVerifier&) const = default;
};

/// [milter]: the mail server's side.
struct MilterConfig {
    std::string socket = "unix:/run/lazaret/milter.sock";  ///< libmilter connection text
    std::string socket_mode = "0660";                      ///< octal; for unix sockets
    std::string state_directory = "/var/lib/lazaret";      ///< the snapshots on disk
    std::string authserv_id;                               ///< our name in headers; else the host's
    std::vector<TrustedVerifier> trusted_authserv_ids;
    /// Forwarders, by the domain of their ARC seals, whose word on the sender is believed; in the
    /// form of Address::domain.
    std::vector<std::string> trusted_sealers;
    /// Networks of servers of ours that pass on strangers' mail: a gateway, a backup MX.
    std::vector<std::string> relays;
    /// Networks whose mail is outbound: searched for viruses, otherwise untouched.
    std::vector<std::string> trusted_networks = {"127.0.0.1/32", "::1/128"};
    std::int64_t max_message = 50 << 20;        ///< bytes; of larger mail only a part is judged
    std::int64_t memory_per_message = 1 << 20;  ///< bytes; what is longer goes to a file
    std::int64_t judgements = 0;                ///< at the same time; 0: as many as processors
    std::int64_t sessions = 500;                ///< at the same time; more are answered 451
    std::chrono::milliseconds judgement_budget{60'000};   ///< a message; then what is known decides
    std::chrono::milliseconds progress_interval{10'000};  ///< while the MTA waits
    std::chrono::milliseconds reload_interval{1'000};     ///< unless the database says that
                                                          ///< there is something new
    std::chrono::milliseconds unscanned_delay{3'600'000};  ///< 451 so long, then held
    bool require_antivirus = true;                         ///< refuse to start without signatures
    bool passages = true;  ///< a row a message, for `lazaretctl trace`

    bool operator==(const MilterConfig&) const = default;
};

/// [antivirus]: libclamav.
struct AntivirusConfig {
    bool enabled = true;
    std::string signatures = "/var/lib/clamav";  ///< folder of signature files
    /// A message; then it is unscanned. The milter takes no more than three quarters of
    /// judgement_budget.
    std::chrono::milliseconds budget{20'000};
    std::chrono::milliseconds check_interval{60'000};  ///< how often new signatures are looked for
    std::int64_t max_scan_size = 100 << 20;            ///< bytes unpacked from one message
    /// Where it is unpacked; when empty memory (/dev/shm) if it has room, else TMPDIR or /tmp.
    std::string temporary_directory;

    bool operator==(const AntivirusConfig&) const = default;
};

/// [learned]: the classifier that learns.
struct LearnedConfig {
    bool enabled = true;
    double most_points = 9.0;    ///< what it adds at most to the score of spam
    double least_points = -4.0;  ///< what it takes at most off the score of wanted mail

    bool operator==(const LearnedConfig&) const = default;
};

/// [rules]: SpamAssassin's rule files.
struct RulesConfig {
    bool enabled = true;
    /// Folders with *.pre and *.cf, in order. None: the newest of sa-update below
    /// /var/lib/spamassassin, else /usr/share/spamassassin; then /etc/spamassassin.
    std::vector<std::string> folders;
    /// Rules without a score have the one that their author suggests, where the scores that
    /// sa-update brings are not there; else each has 1 point, as in SpamAssassin.
    bool suggested_scores = true;
    std::string cache = "/var/cache/lazaret";          ///< compiled patterns; empty: none are kept
    std::chrono::milliseconds check_interval{60'000};  ///< how often changed files are looked for

    bool operator==(const RulesConfig&) const = default;
};

/// [dns]: SPF, DKIM, DMARC and block lists ask it.
struct DnsConfig {
    bool enabled = true;
    /// Resolvers, ADDRESS or ADDRESS@PORT. None: those of /etc/resolv.conf.
    std::vector<std::string> servers;
    std::chrono::milliseconds budget{5'000};  ///< a message; what is missing then has no say
    /// Block lists, as BlockList reads them: a client on one of them is refused at RCPT TO.
    std::vector<std::string> refuse_listed;
    /// How much later than it says a DKIM signature expires: clocks are wrong, and mail waits.
    std::chrono::milliseconds clock_tolerance{300'000};

    bool operator==(const DnsConfig&) const = default;
};

/// [submission]: how Lazaret itself sends mail: released copies.
struct SubmissionConfig {
    /// Whether STARTTLS is used with smtp://; an smtps:// URL always means TLS, and a certificate
    /// that is good for the host.
    enum class Tls {
        Auto,     ///< off for this host itself (127.0.0.0/8, ::1, localhost), else as Try
        Off,      ///< never
        Try,      ///< where it is offered, with whatever certificate
        Require,  ///< always, with a certificate that is good for the host
    };

    std::string url = "smtp://127.0.0.1:25";
    Tls tls = Tls::Auto;
    std::string helo;  ///< the host's name when empty
    /// For all up to the end of the message; the answer to the message itself has ten minutes.
    std::chrono::milliseconds timeout{60'000};

    bool operator==(const SubmissionConfig&) const = default;
};

/// [link]: the secret that seals are made with.
struct LinkConfig {
    std::string key_file = "/etc/lazaret/link.key";

    bool operator==(const LinkConfig&) const = default;
};

/// [report]: the mail that tells recipients what is held for them.
struct ReportConfig {
    std::string from;    ///< From; when empty quarantine@ and the host's name
    std::string sender;  ///< envelope sender, where bounces go; when empty the address of `from`
    /// What links begin with, as people reach the portal from outside; without `/` at the end.
    /// Empty: not set, and neither lazaret-report nor lazaret-portal can work.
    std::string portal_url;
    std::string templates = "/etc/lazaret/templates";  ///< the site's own: report/, portal/
    std::chrono::milliseconds link_life{14LL * 24 * 3'600'000};  ///< at most; never past retention
    std::string admin_address;  ///< requests are mailed there; when empty they only queue
    Look look;  ///< unless a tenant, domain or account has its own: settings report.name, ...

    bool operator==(const ReportConfig&) const = default;
};

/// [metrics]: what the milter has done, for Prometheus.
struct MetricsConfig {
    std::string listen;  ///< ADDRESS:PORT as in PortalConfig; empty: it does not

    bool operator==(const MetricsConfig&) const = default;
};

/// [portal]: the pages that the links of a report lead to.
struct PortalConfig {
    std::string listen = "127.0.0.1:8480";  ///< ADDRESS:PORT, IPv6 in brackets; TLS is a proxy's
    /// Networks whose X-Forwarded-For is believed.
    std::vector<std::string> trusted_proxies = {"127.0.0.1/32", "::1/128"};
    std::int64_t threads = 8;               ///< requests worked on at the same time
    std::int64_t requests_per_minute = 60;  ///< of one copy, account or (else) address; then 429
    /// Of a session that the link of a report opens; 0: it leads to the page for signing in.
    std::chrono::milliseconds session_life{24LL * 3'600'000};
    std::chrono::milliseconds sign_in_life{7LL * 24 * 3'600'000};  ///< of one by password
    std::string breached_passwords;  ///< a sorted file of SHA-1 sums; empty: there is none
    /// Networks of one's own whose servers may be asked to end a subscription, at any port; else
    /// only the public internet is, at port 443.
    std::vector<std::string> unsubscribe_networks;
    std::string unsubscribe_ca_file;  ///< whose certificates are good there; empty: the system's

    bool operator==(const PortalConfig&) const = default;
};

/// [votes]: how people say what delivered mail is, from where they read it.
struct VotesConfig {
    bool references = true;  ///< in what is delivered; of no use without [milter] passages
    /// The secret of who may tell the portal that mail was moved to Junk; empty: nobody may.
    std::string key_file;
    std::string spam_address;  ///< what is forwarded there was spam; as Address::key(); empty: none
    std::string ham_address;   ///< the same for wanted mail

    bool operator==(const VotesConfig&) const = default;
};

/// [log]
struct LogConfig {
    log::Level level = log::Level::Info;

    bool operator==(const LogConfig&) const = default;
};

inline constexpr const char* default_config_file = "/etc/lazaret/lazaret.toml";

/// All of lazaret.toml. Each part of a program takes its own struct of these, by value.
struct Configuration {
    DatabaseConfig database;
    MilterConfig milter;
    AntivirusConfig antivirus;
    LearnedConfig learned;
    RulesConfig rules;
    DnsConfig dns;
    SubmissionConfig submission;
    LinkConfig link;
    ReportConfig report;
    MetricsConfig metrics;
    PortalConfig portal;
    SignInConfig sign_in;
    VotesConfig votes;
    LogConfig log;

    /// Reads the file. Throws Error{Setup} with every problem of the file, a line each.
    static Configuration read(const std::string& file);

    /// The same from text; `name` is used in problems.
    static Configuration parse(std::string_view text, const std::string& name);

    bool operator==(const Configuration&) const = default;
};

}  // namespace lazaret
