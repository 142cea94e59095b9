#include "base/config/configuration.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace {

std::string problems_of(const std::string& text)
{
    try {
        Configuration::parse(text, "l.toml");
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Setup);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("an empty settings file leaves every default", "[config]")
{
    const auto config = Configuration::parse("", "l.toml");
    CHECK(config.milter.socket == "unix:/run/lazaret/milter.sock");
    CHECK(config.milter.max_message == 52'428'800);
    CHECK(config.antivirus.budget == 20s);
    CHECK(config.learned.most_points == 9.0);
    CHECK(config.log.level == log::Level::Info);
}

TEST_CASE("settings are read with their units", "[config]")
{
    const auto config = Configuration::parse(
        "[milter]\nmax_message = 2048\ntrusted_authserv_ids = [\"A dkim\", \"b spf DMARC\"]\n"
        "judgement_budget = 90\nreload_interval = \"500ms\"\nunscanned_delay = \"2h\"\n"
        "require_antivirus = false\n"
        "[antivirus]\nbudget = \"1min\"\n[learned]\nmost_points = 7\n[log]\nlevel = \"debug\"\n",
        "l.toml");
    CHECK(config.milter.max_message == 2048);
    CHECK(config.milter.trusted_authserv_ids ==
          std::vector<TrustedVerifier>{{"a", {"dkim"}}, {"b", {"spf", "dmarc"}}});
    CHECK(config.milter.judgement_budget == 90s);
    CHECK(config.milter.reload_interval == 500ms);
    CHECK(config.milter.unscanned_delay == 2h);
    CHECK_FALSE(config.milter.require_antivirus);
    CHECK(config.antivirus.budget == 1min);
    CHECK(config.learned.most_points == 7.0);
    CHECK(config.log.level == log::Level::Debug);
}

TEST_CASE("the report and the portal are set up", "[config]")
{
    const auto config = Configuration::parse(
        "[report]\nfrom = \"Quarantine <q@example.org>\"\nsender = \"bounces@example.org\"\n"
        "portal_url = \"https://quarantine.example.org/\"\nlink_life = \"48h\"\n"
        "colour = \"#00AAff\"\n"
        "[portal]\nlisten = \"[::1]:0\"\ntrusted_proxies = [\"192.0.2.0/24\"]\nthreads = 2\n",
        "l.toml");
    CHECK(config.report.from == "Quarantine <q@example.org>");
    CHECK(config.report.sender == "bounces@example.org");
    CHECK(config.report.portal_url == "https://quarantine.example.org");
    CHECK(config.report.link_life == 48h);
    CHECK(config.report.look.colour == "#00AAff");
    CHECK(config.portal.listen == "[::1]:0");
    CHECK(config.portal.trusted_proxies == std::vector<std::string>{"192.0.2.0/24"});
    CHECK(config.portal.threads == 2);
    CHECK(config.portal.session_life == 24h);
    CHECK(config.portal.sign_in_life == 24h * 7);
    CHECK(config.portal.breached_passwords.empty());
}

TEST_CASE("every problem of a file is told, with its line", "[config]")
{
    CHECK(problems_of("[milter]\nsocket = 7\nmax_message = 1\nsoket = \"x\"\n"
                      "[antivirus]\nbudget = \"long\"\n[spam]\n") ==
          "l.toml has 5 problems:\n"
          "l.toml: line 2: milter.socket must be text\n"
          "l.toml: line 3: milter.max_message is 1, must be 1024 to 1073741824\n"
          "l.toml: line 4: milter.soket is not a setting\n"
          "l.toml: line 6: antivirus.budget must be a time: seconds, or \"500ms\", \"30s\", "
          "\"5min\", \"2h\"\n"
          "l.toml: line 7: [spam] is not a section");
}

TEST_CASE("what may not stand in a setting is a problem", "[config]")
{
    struct Row {
        const char* says;
        std::string text;
        std::string problem;
    };
    const auto row = GENERATE(values<Row>({
        {"no TOML", "[milter\n", "l.toml: line 1: "},
        {"a key twice", "[log]\nlevel = \"info\"\nlevel = \"info\"\n", "l.toml: line 3: "},
        {"a key without a section", "level = \"info\"\n", "[level] is not a section"},
        {"a section that is none", "milter = 3\n", "milter must be a section"},
        {"a fraction for a whole number", "[milter]\nsessions = 1.5\n", "must be a whole number"},
        {"a time out of range", "[milter]\njudgement_budget = \"5min\"\n",
         "is 300s, must be 1s to 280s"},
        {"a negative time", "[milter]\njudgement_budget = -1\n", "must be a time"},
        {"a time that overflows", "[milter]\njudgement_budget = 9223372036854775807\n",
         "must be a time"},
        {"no number", "[learned]\nmost_points = nan\n", "is nan, must be 0 to 100"},
        {"a list with a number", "[milter]\ntrusted_networks = [\"::1/128\", 2]\n",
         "must be a list of texts"},
        {"text for a list", "[milter]\ntrusted_networks = \"::1/128\"\n",
         "must be a list of texts"},
        {"networks that are none", "[milter]\ntrusted_networks = [\"::1/128\", \"x\", \"10/8\"]\n",
         "line 2: milter.trusted_networks has \"x\", which is not a network such as 192.0.2.0/24 "
         "or "
         "2001:db8::/32\nl.toml: line 2: milter.trusted_networks has \"10/8\""},
        {"a filter that is believed in nothing",
         "[milter]\ntrusted_authserv_ids = [\"mx.example.org\", \"mx.example.org dkim auth\"]\n",
         "line 2: milter.trusted_authserv_ids has \"mx.example.org\", which is no name with what "
         "it "
         "is believed in, such as \"mx.example.org dkim spf dmarc\"\n"
         "l.toml: line 2: milter.trusted_authserv_ids has \"mx.example.org dkim auth\""},
        {"sealers that are no domains",
         "[milter]\ntrusted_sealers = [\"lists.example\", \"a b\", \"[192.0.2.1]\"]\n",
         "line 2: milter.trusted_sealers has \"a b\", which is not a domain\n"
         "l.toml: line 2: milter.trusted_sealers has \"[192.0.2.1]\""},
        {"text for yes or no", "[milter]\npassages = \"true\"\n", "must be true or false"},
        {"a mode that is none", "[milter]\nsocket_mode = \"rw\"\n",
         "line 2: milter.socket_mode must be an octal mode"},
        {"a socket that is none", "[milter]\nsocket = \"nonsense:/x\"\n",
         "line 2: milter.socket must be unix:/FILE"},
        {"a socket without a path", "[milter]\nsocket = \"unix:\"\n", "milter.socket must be"},
        {"a port too high", "[milter]\nsocket = \"inet:99999@127.0.0.1\"\n",
         "milter.socket must be"},
        {"no port", "[milter]\nsocket = \"inet:@127.0.0.1\"\n", "milter.socket must be"},
        {"a host with a blank", "[milter]\nsocket = \"inet:9996@no host\"\n",
         "milter.socket must be"},
        {"no host", "[milter]\nsocket = \"inet:9996@\"\n", "milter.socket must be"},
        {"a name with a second header",
         "[milter]\nauthserv_id = \"mx.example.org x\\nX-Evil: yes\"\n",
         "line 2: milter.authserv_id must be a name"},
        {"a name with a quote", "[milter]\nauthserv_id = 'mx\".example.org'\n",
         "milter.authserv_id must be a name"},
        {"a URL that is none", "[submission]\nurl = \"127.0.0.1\"\n",
         "line 2: submission.url must be smtp://"},
        {"a way to TLS that is none", "[submission]\ntls = \"maybe\"\n",
         "line 2: submission.tls must be auto"},
        {"an address for votes that is none", "[votes]\nspam_address = \"spam\"\n",
         "votes.spam_address must be an address"},
        {"one address for both votes",
         "[votes]\nspam_address = \"Box@b.example\"\nham_address = \"box@B.example\"\n",
         "votes.ham_address must not be spam_address"},
        {"a sender that is none", "[report]\nsender = \"nobody\"\n",
         "report.sender must be an address"},
        {"a sender with a name", "[report]\nsender = \"Bounces b@example.org\"\n",
         "report.sender must be an address"},
        {"a From with a second header", "[report]\nfrom = \"a@example.org\\r\\nBcc: b\"\n",
         "report.from must be an address"},
        {"a From without an address", "[report]\nfrom = \"Quarantine @ Example\"\n",
         "report.from must be an address"},
        {"a portal without a host", "[report]\nportal_url = \"https://\"\n",
         "line 2: report.portal_url must be https://HOST"},
        {"a portal with a query", "[report]\nportal_url = \"https://h.example/?x=1\"\n",
         "report.portal_url must be https://HOST"},
        {"a name that colours a terminal", "[report]\nname = \"a\\u009b31m\"\n",
         "report.name must be one line"},
        {"a footer that turns what follows", "[report]\nfooter = \"\\u2067a\"\n",
         "report.footer must be one line, without characters that turn the text"},
        {"a portal that is no URL", "[report]\nportal_url = \"quarantine.example.org\"\n",
         "line 2: report.portal_url must be https://HOST"},
        {"a help link with a script", "[report]\nhelp_url = \"javascript:alert(1)\"\n",
         "report.help_url must begin with https://"},
        {"a colour that is none", "[report]\ncolour = \"#12345g\"\n",
         "report.colour must be a colour"},
        {"a colour with more", "[report]\ncolour = \"#123456;\"\n",
         "report.colour must be a colour"},
        {"links for too long", "[report]\nlink_life = \"1441h\"\n",
         "is 5187600s, must be 3600s to 5184000s"},
        {"a port that is none", "[portal]\nlisten = \"127.0.0.1:99999\"\n",
         "portal.listen must be ADDRESS:PORT"},
        {"an IPv6 address without brackets", "[portal]\nlisten = \"::1:8480\"\n",
         "portal.listen must be ADDRESS:PORT"},
        {"a proxy that is none", "[portal]\ntrusted_proxies = [\"proxy\"]\n",
         "portal.trusted_proxies has \"proxy\""},
        {"a level that is none", "[log]\nlevel = \"loud\"\n", "line 2: log.level must be debug"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto problems = problems_of(row.text);
        CAPTURE(problems);
        CHECK(problems.find(row.problem) != std::string::npos);
    }
}

TEST_CASE("a socket that libmilter can open is taken", "[config]")
{
    const auto* socket = GENERATE("unix:/run/l.sock", "UNIX:/run/l.sock", "local:/run/l.sock",
                                  ":/run/l.sock", "/run/l.sock", "inet:8891@127.0.0.1",
                                  "inet6:8891@[::1]", "inet:8891", "inet:http-alt@localhost");
    CHECK(problems_of(fmt::format("[milter]\nsocket = \"{}\"\n", socket)).empty());
}

TEST_CASE("a name for results that is written in quotes is taken", "[config]")
{
    const auto* name = GENERATE("mx.example.org", "mx/lazaret", "mx.example.org:25", "[192.0.2.1]",
                                "m\u00fcnchen.example", "");
    CHECK(problems_of(fmt::format("[milter]\nauthserv_id = \"{}\"\n", name)).empty());
}

TEST_CASE("a file that cannot be read is not an empty one", "[config]")
{
    CHECK_THROWS_AS(Configuration::read("/nowhere/lazaret.toml"), Error);
    CHECK_THROWS_AS(Configuration::read(std::filesystem::temp_directory_path().string()), Error);
}

TEST_CASE("sealers are compared as domains, however they are written", "[config]")
{
    const auto settings = Configuration::parse(
        "[milter]\ntrusted_sealers = [\"Lists.Example.org.\", \"b\u00fccher.example\"]\n",
        "l.toml");
    CHECK(settings.milter.trusted_sealers ==
          std::vector<std::string>{"lists.example.org", "xn--bcher-kva.example"});
}

TEST_CASE("sockets are written as libmilter takes them", "[config]")
{
    for (const auto* socket : {"unix:/run/lazaret/milter.sock", "local:/run/m", "/run/m",
                               "inet:8892@127.0.0.1", "inet:8892", "inet6:8892@[::1]"}) {
        INFO(socket);
        const auto settings =
            Configuration::parse(fmt::format("[milter]\nsocket = \"{}\"\n", socket), "l.toml");
        CHECK(settings.milter.socket == socket);
    }
}
