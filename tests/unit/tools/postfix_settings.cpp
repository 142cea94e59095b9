#include "tools/lazaretctl/postfix_settings.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"
#include "tools/lazaretctl/submission_url.hpp"

using namespace lazaret;
using namespace lazaret::tools;
using namespace std::chrono_literals;

namespace {

/// What postconf says on a Debian host that asks us, with one value changed.
PostfixSettings usual_with(const std::string& name, const std::string& value)
{
    auto postfix = parse_postfix_settings(
        "smtpd_milters = inet:127.0.0.1:8891, unix:/run/lazaret/milter.sock\n"
        "milter_default_action = tempfail\n"
        "milter_content_timeout = 300s\n"
        "milter_command_timeout = 30s\n"
        "queue_directory = /var/spool/postfix\n"
        "local_header_rewrite_clients =\n",
        "relay/unix/syslog_name = postfix/$service_name\n",
        "smtp       inet  n       -       n       -       -       smtpd\n");
    if (!name.empty()) postfix.main[name] = value;
    return postfix;
}

Health worst(const Findings& findings)
{
    auto health = Health::Ok;
    for (const auto& finding : findings) health = std::max(health, finding.health);
    return health;
}

}  // namespace

TEST_CASE("the list of milters is read as Postfix reads it", "[doctor]")
{
    struct Row {
        const char* says;
        std::string text;
        std::vector<PostfixMilter> milters;
    };
    const auto row = GENERATE(values<Row>({
        {"none", "", {}},
        {"one", "unix:/run/a", {{"unix:/run/a", {}}}},
        {"blanks and commas",
         " unix:a,inet:h:1  inet:h:2, ",
         {{"unix:a", {}}, {"inet:h:1", {}}, {"inet:h:2", {}}}},
        {"own values",
         "{ inet:h:1, content_timeout=60s default_action=accept }, unix:b",
         {{"inet:h:1", {{"content_timeout", "60s"}, {"default_action", "accept"}}},
          {"unix:b", {}}}},
        {"own values without blanks",
         "{inet:h:1,command_timeout=9s}",
         {{"inet:h:1", {{"command_timeout", "9s"}}}}},
        {"an open brace", "{ unix:a, x=y", {{"unix:a", {{"x", "y"}}}}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto milters = parse_milter_list(row.text);
        REQUIRE(milters.size() == row.milters.size());
        for (std::size_t at = 0; at < milters.size(); ++at) {
            CHECK(milters[at].socket == row.milters[at].socket);
            CHECK(milters[at].own == row.milters[at].own);
        }
    }
}

TEST_CASE("Postfix's times have units", "[doctor]")
{
    CHECK(parse_postfix_time("300s") == 300s);
    CHECK(parse_postfix_time("300") == 300s);
    CHECK(parse_postfix_time("5m") == 300s);
    CHECK(parse_postfix_time("1h") == 3600s);
    CHECK(parse_postfix_time("2d") == 48h);
    CHECK(parse_postfix_time("1w") == 168h);
    for (const auto* text : {"", "s", "-1", "5x", "5 m", "99999999999999999999"})
        CHECK_FALSE(parse_postfix_time(text).has_value());
}

TEST_CASE("one socket has two spellings", "[doctor]")
{
    struct Row {
        const char* says;
        std::string ours;
        std::string postfix;
        bool chroot;
        bool same;
    };
    const auto row = GENERATE(values<Row>({
        {"a path", "unix:/run/l/m.sock", "unix:/run/l/m.sock", false, true},
        {"a bare path", "/run/l/m.sock", "unix:/run/l/m.sock", false, true},
        {"libmilter's other word", "local:/run/l/m.sock", "unix:/run/l/m.sock", false, true},
        {"no word", ":/run/l/m.sock", "unix:/run/l/m.sock", false, true},
        {"another path", "unix:/run/l/m.sock", "unix:/run/l/n.sock", false, false},
        {"relative to the queue", "unix:/q/l/m.sock", "unix:l/m.sock", false, true},
        {"below the chroot", "unix:/q/l/m.sock", "unix:/l/m.sock", true, true},
        {"outside of the chroot", "unix:/run/l/m.sock", "unix:/run/l/m.sock", true, false},
        {"a port", "inet:8891@127.0.0.1", "inet:127.0.0.1:8891", false, true},
        {"by name", "inet:8891@localhost", "inet:127.0.0.1:8891", false, true},
        {"everywhere", "inet:8891@0.0.0.0", "inet:mx.example:8891", false, true},
        {"without host", "inet:8891", "inet:localhost:8891", false, true},
        {"IPv6", "inet6:8891@[::1]", "inet:[::1]:8891", false, true},
        {"another port", "inet:8891@127.0.0.1", "inet:127.0.0.1:8892", false, false},
        {"another host", "inet:8891@192.0.2.1", "inet:127.0.0.1:8891", false, false},
        {"path and port", "unix:/run/x", "inet:localhost:8891", false, false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(is_same_socket(row.ours, row.postfix, "/q", row.chroot) == row.same);
        // What we would have written there means the same to Postfix.
        const auto written = socket_for_postfix(row.ours, "/q", row.chroot);
        if (written) CHECK(is_same_socket(row.ours, *written, "/q", row.chroot));
        else CHECK(row.chroot);
    }
}

TEST_CASE("one socket is found by two ways to its folder", "[doctor]")
{
    const test::PrivateFolder folder;
    std::filesystem::create_directory(folder.at("run"));
    std::filesystem::create_directory_symlink("run", folder.at("old"));
    std::filesystem::create_directory_symlink(folder.at("run"), folder.at("full"));
    struct Row {
        const char* says;
        std::string ours;
        std::string postfix;
        bool chroot;
        bool same;
    };
    const auto row = GENERATE(values<Row>({
        {"a link on their side", "run/m.sock", "old/m.sock", false, true},
        {"a link on our side", "old/m.sock", "run/m.sock", false, true},
        {"a folder below that is yet to be made", "run/l/m.sock", "old/l/m.sock", false, true},
        {"a chroot", "run/m.sock", "old/m.sock", true, true},
        {"a full path in a link", "run/m.sock", "full/m.sock", false, true},
        {"a full path in a link, which a chroot has not", "run/m.sock", "full/m.sock", true, false},
        {"another file", "run/m.sock", "old/n.sock", false, false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto theirs = "unix:" + (row.chroot ? "/" + row.postfix : folder.at(row.postfix));
        CHECK(is_same_socket("unix:" + folder.at(row.ours), theirs, folder.at(""), row.chroot) ==
              row.same);
    }
}

TEST_CASE("what doctor advises makes Postfix ask us, and nobody else is dropped", "[doctor]")
{
    struct Row {
        const char* says;
        std::string ours;
        std::string list;
        bool chroot;
        std::string advised;  ///< the list to set; empty: the socket is to be moved first
    };
    const auto row = GENERATE(values<Row>({
        {"nobody is asked", "unix:/run/l/m.sock", "", false, "unix:/run/l/m.sock"},
        {"somebody else is asked", "unix:/run/l/m.sock", "inet:localhost:8891", false,
         "inet:localhost:8891, unix:/run/l/m.sock"},
        {"somebody else with values of his own", "unix:/run/l/m.sock",
         "{ inet:localhost:8891, content_timeout=60s } unix:b", false,
         "{ inet:localhost:8891, content_timeout=60s }, unix:b, unix:/run/l/m.sock"},
        {"below the queue", "unix:/var/spool/postfix/l/m.sock", "", false, "unix:l/m.sock"},
        {"below the queue, in a chroot", "unix:/var/spool/postfix/l/m.sock", "", true,
         "unix:l/m.sock"},
        {"below the queue, spelt as outside of the chroot", "/var/spool/postfix/l/m.sock",
         "inet:localhost:8891, unix:/var/spool/postfix/l/m.sock", true,
         "inet:localhost:8891, unix:l/m.sock"},
        {"the same, with values of its own", "/var/spool/postfix/l/m.sock",
         "{ unix:/var/spool/postfix/l/m.sock, content_timeout=90s }", true,
         "{ unix:l/m.sock, content_timeout=90s }"},
        {"beside the queue, in a chroot", "unix:/var/spool/postfixed/m.sock", "", true, ""},
        {"outside of the chroot", "unix:/run/l/m.sock", "unix:/run/l/m.sock", true, ""},
        {"outside of the chroot, and not asked", "unix:/run/l/m.sock", "inet:localhost:8891", true,
         ""},
        {"a port, in a chroot", "inet:8892@127.0.0.1", "inet:localhost:8891", true,
         "inet:localhost:8891, inet:127.0.0.1:8892"},
        {"a port of IPv6", "inet6:8892@[2001:db8::1]", "", false, "inet:[2001:db8::1]:8892"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Configuration settings;
        settings.milter.socket = row.ours;
        auto postfix = usual_with("smtpd_milters", row.list);
        postfix.chroot = row.chroot;
        const auto findings = postfix_findings(postfix, settings);
        REQUIRE(findings.front().health == Health::Problem);
        if (row.advised.empty()) {
            CHECK(findings.front().advice.find("postconf") == std::string::npos);
            CHECK(findings.front().advice.find("unix:/var/spool/postfix/lazaret/milter.sock") !=
                  std::string::npos);
            return;
        }
        CHECK(findings.front().advice ==
              "postconf -e 'smtpd_milters = " + row.advised + "'; postfix reload");
        postfix.main["smtpd_milters"] = row.advised;
        CHECK(worst(postfix_findings(postfix, settings)) == Health::Ok);
    }
}

TEST_CASE("a service's own list is advised without blanks, as postconf -P wants it", "[doctor]")
{
    auto postfix = usual_with("", "");
    postfix.service_milters["submission/inet"] = "{ inet:h:1, content_timeout=9s }, unix:b";
    const auto findings = postfix_findings(postfix, Configuration{});
    REQUIRE(worst(findings) == Health::Warning);
    const auto& advice = std::find_if(findings.begin(), findings.end(), [](const auto& finding) {
                             return finding.health == Health::Warning;
                         })->advice;
    CHECK(advice.find("postconf -P 'submission/inet/smtpd_milters="
                      "{inet:h:1,content_timeout=9s},unix:b,unix:/run/lazaret/milter.sock'") !=
          std::string::npos);
}

TEST_CASE("the submission URL is taken apart", "[doctor]")
{
    struct Row {
        std::string url;
        SubmissionUrl parsed;
    };
    const auto row = GENERATE(values<Row>({
        {"smtp://127.0.0.1:25", {"127.0.0.1", "25", false}},
        {"smtp://mx.example.org", {"mx.example.org", "25", false}},
        {"smtps://mx.example.org", {"mx.example.org", "465", true}},
        {"smtp://mx.example.org:10025/", {"mx.example.org", "10025", false}},
        {"smtp://[::1]:25", {"::1", "25", false}},
        {"smtp://[2001:db8::1]", {"2001:db8::1", "25", false}},
        {"", {"", "25", false}},
    }));
    DYNAMIC_SECTION(row.url) { CHECK(parse_submission_url(row.url) == row.parsed); }
}

TEST_CASE("doctor sees that Postfix completes headers, also by IPv6", "[doctor]")
{
    const auto postfix = usual_with("local_header_rewrite_clients", "permit_inet_interfaces");
    Configuration settings;
    settings.submission.url = "smtp://[::1]:25";
    CHECK(worst(postfix_findings(postfix, settings)) == Health::Warning);
    settings.submission.url = "smtp://[2001:db8::1]:25";
    CHECK(worst(postfix_findings(postfix, settings)) == Health::Ok);
}

TEST_CASE("doctor judges Postfix's settings", "[doctor]")
{
    struct Row {
        const char* says;
        std::string name;
        std::string value;
        Health health;
        std::string part_of_what;
    };
    const auto row = GENERATE(values<Row>({
        {"all is well", "", "", Health::Ok, "has our socket"},
        {"we are not asked", "smtpd_milters", "inet:127.0.0.1:8891", Health::Problem,
         "does not ask us"},
        {"gives up too early", "milter_content_timeout", "60s", Health::Problem,
         "milter_content_timeout"},
        {"gives up too early at commands", "milter_command_timeout", "2s", Health::Problem,
         "milter_command_timeout"},
        {"an unknown time", "milter_content_timeout", "$x", Health::Problem,
         "milter_content_timeout"},
        {"passes mail when we are away", "milter_default_action", "accept", Health::Warning,
         "passes unseen"},
        {"refuses when we are away", "milter_default_action", "reject", Health::Warning, "reject"},
        {"merges recipients of one mailbox", "enable_original_recipient", "no", Health::Problem,
         "enable_original_recipient is no"},
        {"completes headers", "local_header_rewrite_clients", "permit_inet_interfaces",
         Health::Warning, "completes the headers"},
        {"own values win", "smtpd_milters", "{ unix:/run/lazaret/milter.sock, content_timeout=9s }",
         Health::Problem, "milter_content_timeout"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto findings = postfix_findings(usual_with(row.name, row.value), Configuration{});
        CHECK(worst(findings) == row.health);
        CHECK(std::any_of(findings.begin(), findings.end(), [&](const auto& finding) {
            return finding.health == row.health &&
                   finding.what.find(row.part_of_what) != std::string::npos;
        }));
        for (const auto& finding : findings)
            CHECK((finding.health == Health::Ok) == finding.advice.empty());
    }
}

TEST_CASE("doctor sees a cleanup service that merges recipients", "[doctor]")
{
    auto postfix = parse_postfix_settings("", "pre/unix/enable_original_recipient = No\n", "");
    CHECK(postfix.merging_services == std::vector<std::string>{"pre/unix"});
    postfix.main = usual_with("", "").main;
    const auto findings = postfix_findings(postfix, Configuration{});
    CHECK(worst(findings) == Health::Problem);
    CHECK(std::ranges::any_of(findings, [](const auto& finding) {
        return finding.advice.starts_with("postconf -PX pre/unix/enable_original_recipient");
    }));
}

TEST_CASE("where block lists refuse, Postfix must wait for them at RCPT TO", "[doctor]")
{
    Configuration settings;
    settings.dns.budget = 30s;
    CHECK(worst(postfix_findings(usual_with("", ""), settings)) == Health::Ok);
    settings.dns.refuse_listed = {"zen.example"};
    const auto findings = postfix_findings(usual_with("", ""), settings);
    const auto problem = std::find_if(findings.begin(), findings.end(), [](const auto& finding) {
        return finding.health == Health::Problem;
    });
    REQUIRE(problem != findings.end());
    CHECK(problem->what ==
          "milter_command_timeout is \"30s\", not longer than [dns] budget (30 s)");
    settings.dns.budget = 29s;
    CHECK(worst(postfix_findings(usual_with("", ""), settings)) == Health::Ok);
}

TEST_CASE("doctor sees the chroot and the values of one service", "[doctor]")
{
    auto postfix = usual_with("", "");
    postfix.chroot = true;
    const auto chrooted = postfix_findings(postfix, Configuration{});
    CHECK(worst(chrooted) == Health::Problem);
    CHECK(chrooted.front().what.find("chroot") != std::string::npos);

    const auto other = parse_postfix_settings(
        "queue_directory = /q\nmilter_content_timeout = 300s\nmilter_command_timeout = 30s\n"
        "milter_default_action = tempfail\nsmtpd_milters =\n",
        "smtp/inet/smtpd_milters = unix:/run/lazaret/milter.sock\n"
        "submission/inet/smtpd_milters = inet:localhost:1\n",
        "smtp inet n - y - - smtpd\n");
    CHECK(other.chroot);
    CHECK(other.service_milters.size() == 2);
    auto open = other;
    open.chroot = false;
    const auto findings = postfix_findings(open, Configuration{});
    CHECK(worst(findings) == Health::Warning);
    CHECK(findings.front().what.find("smtp/inet in master.cf has our socket") != std::string::npos);
}

TEST_CASE("other names of this host are told, where they are the same mailboxes", "[doctor]")
{
    struct Row {
        const char* says;
        const char* mydestination;
        std::vector<std::string> domains;
        const char* others;  ///< empty: nothing is told
    };
    const auto row = GENERATE(values<Row>({
        {"a small site",
         "example.org, MX.example.org localhost",
         {"example.org"},
         "mx.example.org localhost"},
        {"all are protected", "example.org, localhost", {"localhost", "example.org"}, ""},
        {"the domain's mailboxes are elsewhere", "mx.example.org, localhost", {"example.org"}, ""},
        {"a table", "example.org, hash:/etc/postfix/names, /etc/postfix/more", {"example.org"}, ""},
        {"nothing", "", {"example.org"}, ""},
    }));
    CAPTURE(row.says);
    const auto found =
        local_name_findings(usual_with("mydestination", row.mydestination), row.domains);
    if (*row.others == '\0') {
        CHECK(found.empty());
        return;
    }
    REQUIRE(found.size() == 1);
    CHECK(found.front().health == Health::Warning);
    CHECK(found.front().advice == std::string{"lazaretctl domain add "} + row.others +
                                      ", and '[IP]' for each address of this host that strangers "
                                      "reach");
}
