#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/handle.hpp"
#include "quarantine-store/notebook.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"
#include "tests/tools/running_program.hpp"
#include "tests/tools/site.hpp"
#include "tests/tools/smtp_sink.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

store::Passage passage(Class verdict, Action action, const std::string& reference = {})
{
    store::Passage passage;
    passage.when = system_now();
    passage.tenant = 1;
    passage.mailbox = "ann@example.org";
    passage.queue_id = "4XyZ1b";
    passage.sender = "bob@example.com";
    passage.client_ip = "192.0.2.7";
    passage.verdict = verdict;
    passage.action = action;
    passage.score = 7.4;
    passage.reference = reference;
    passage.hits = {{"LINK_MISMATCH", 7.4, std::string{"a link "} + hostile}};
    passage.explanation.settings = {{"action.spam", Owner::domain("example.org")}};
    passage.explanation.decided = {7, ListKind::Deny, Owner::site(), "bob@example.com", ""};
    return passage;
}

}  // namespace

TEST_CASE("the schema is made from nothing, and again without harm", "[tools]")
{
    const Site site{false};
    const auto before = site.ctl({"check"});
    CHECK(before.code == 78);
    CHECK(has(before.err, "hint: lazaretctl schema upgrade"));
    CHECK(site.ctl({"held", "list"}).code == 78);
    CHECK(site.json({"schema", "status"}).at("present") == 0);

    const auto first = site.json({"schema", "upgrade"});
    CHECK_FALSE(first.at("applied").empty());
    CHECK(site.json({"schema", "upgrade"}).at("applied").empty());
    CHECK(has(site.ctl({"schema", "upgrade"}).out, "Nothing to do"));
    const auto status = site.json({"schema", "status"});
    CHECK(status.at("current") == true);
    CHECK(status.at("present") == first.at("version"));
    CHECK(status.at("steps").at(0).at("applied").is_string());
    CHECK(has(site.ctl({"schema", "status"}).out, "up to date"));
    CHECK(site.json({"check"}).at("ok") == true);
    CHECK(has(site.ctl({"domain", "list"}).out, "domain add"));
}

TEST_CASE("trace says where the mail is, why says why it was refused", "[tools]")
{
    const Site site;
    const auto held = site.hold(letter("traced")).text();
    const auto refused = Reference::random().text();
    {
        const auto notebook = store::make_notebook(site.database(), true);
        notebook->note(passage(Class::Clean, Action::Deliver));
        notebook->note(passage(Class::Spam, Action::Hold, held));
        notebook->note(passage(Class::SpamCertain, Action::Refuse, refused));
    }
    const auto rows = site.json({"trace", "ann@example.org"});
    CHECK(rows.size() == 3);
    CHECK(site.json({"trace", "bob@example.com", "--since", "1h"}).size() == 3);
    CHECK(site.json({"trace", "bob@example.com", "--limit", "2"}).size() == 2);
    CHECK(site.json({"trace", "eva@example.org"}).empty());
    const auto of_held = std::find_if(rows.begin(), rows.end(),
                                      [&](const auto& row) { return row.at("reference") == held; });
    REQUIRE(of_held != rows.end());
    CHECK(of_held->at("state") == "held");
    const auto text = site.ctl({"trace", "ann@example.org"}).out;
    for (const auto& part : {held, refused, std::string{"held until"}, std::string{"delivered"}})
        CHECK(has(text, part));
    CHECK(site.ctl({"trace", "nobody"}).code == 64);

    const auto why = site.ctl({"why", refused});
    CHECK(why.code == 0);
    CHECK(has(why.out, "refused"));
    CHECK(has(why.out, "LINK_MISMATCH"));
    CHECK(has(why.out, "Decided by entry 7 on the deny list of the site"));
    CHECK(has(why.out, "Setting action.spam was chosen by the domain example.org"));
    CHECK_FALSE(has(why.out, "\x1b"));
    CHECK(site.json({"why", refused}).at(0).at("what") == "refused");
    CHECK(site.json({"why", refused}).at(0).at("explanation").at("list_entry").at("entry") == 7);
    for (const auto& row : rows) {  // what was delivered can be explained, too
        CHECK(row.at("hits").size() == 1);
        CHECK(row.at("explanation").at("list_entry").at("kind") == "deny");
    }

    const auto counted = site.json({"stats"});
    std::int64_t messages = 0;
    for (const auto& row : counted) messages += row.at("messages").get<std::int64_t>();
    CHECK(messages == 3);
    CHECK(site.json({"stats", "ann@example.org"}).size() == 3);
    CHECK(site.json({"stats", "Ann+shop@example.org"}).size() == 3);
    CHECK(site.json({"stats", "@example.org"}).size() == 3);
    CHECK(site.json({"stats", "@xample.org"}).empty());
    CHECK(site.json({"stats", "tenant:99"}).empty());
    CHECK(has(site.ctl({"stats"}).out, "together"));
    CHECK(site.ctl({"stats", "--days", "0"}).code == 64);
}

TEST_CASE("expire does its round and says what it did", "[tools]")
{
    const SmtpSink sink;
    Site site;
    const auto id = site.hold(letter("swept")).text();
    REQUIRE(site.ctl({"held", "release", id}).code == 75);  // nobody listens
    site.configure(sink.url());

    const auto first = site.json({"expire"});
    CHECK(first.at("dropped").empty());
    CHECK(first.at("released") == 1);
    CHECK(sink.mails().size() == 1);
    CHECK(site.json({"held", "show", id}).at("state") == "released");
    CHECK(site.json({"expire"}).at("released") == 0);
    CHECK(has(site.ctl({"expire"}).out, "Done."));
    CHECK(sink.mails().size() == 1);

    // What the upkeep meets keeps nothing from being sent.
    const auto next = site.hold(letter("swept all the same")).text();
    site.configure("smtp://127.0.0.1:1");
    REQUIRE(site.ctl({"held", "release", next}).code == 75);
    site.configure(sink.url());
    const auto sql = [&](const std::string& statement) {
        return run_program_with({"psql", "-qd", site.database().connection, "-c", statement});
    };
    REQUIRE(sql("alter function lazaret.tidy_reports(date) rename to tidy_no_reports").code == 0);
    const auto failing = site.ctl({"expire", "--json"});
    CHECK(failing.code != 0);
    CHECK(has(failing.err, "tidying up"));
    CHECK(Json::parse(failing.out).at("released") == 1);
    CHECK(sink.mails().size() == 2);
    REQUIRE(sql("alter function lazaret.tidy_no_reports(date) rename to tidy_reports").code == 0);

    // Without the key nothing can be sent; what was done before is told all the same.
    std::filesystem::remove(site.folder() / "link.key");
    const auto keyless = site.ctl({"expire", "--json"});
    CHECK(keyless.code == 78);
    CHECK(Json::parse(keyless.out).at("days_made") == 0);
}

TEST_CASE("doctor finds what is wrong and says what to do", "[tools]")
{
    const SmtpSink sink;
    Site site;
    site.configure(sink.url());
    const auto sick = site.ctl({"doctor", "--json", "--postfix-config", site.folder().string()});
    CHECK(sick.code == 78);  // there is no main.cf
    const auto json = Json::parse(sick.out);
    CHECK(json.at("healthy") == false);
    const auto health_of = [&](const std::string& part, const std::string& what) -> std::string {
        for (const auto& finding : json.at("findings"))
            if (finding.at("part") == part && has(finding.at("what"), what))
                return finding.at("health");
        return "not looked at";
    };
    CHECK(health_of("settings", "is private") == "ok");
    CHECK(health_of("key", "newest key is k1") == "ok");
    CHECK(health_of("database", "the schema has version") == "ok");
    CHECK(health_of("milter", "nobody listens") == "problem");
    CHECK(health_of("postfix", "postconf cannot read") == "problem");
    CHECK(health_of("submission", "greets: 220") == "ok");
    CHECK(health_of("disk", "GB free") != "not looked at");
    CHECK(health_of("rules", "enabled is false") == "warning");
    CHECK(health_of("dns", "enabled is false") == "warning");

    std::filesystem::permissions(site.folder() / "link.key", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    const auto open = site.ctl({"doctor"});
    CHECK(open.code == 78);
    CHECK(has(open.out, "link.key is open to others"));
    CHECK(has(open.out, "chmod 0640"));
}

TEST_CASE("doctor finds our socket in a list that master.cf takes from main.cf", "[tools]")
{
    if (run_program_with({"sh", "-c", "command -v postconf"}).code != 0) {
        WARN("there is no Postfix here");
        return;
    }
    const Site site;
    std::ofstream{site.folder() / "main.cf"}
        << "compatibility_level = 3.6\nqueue_directory = /var/spool/postfix\n"
        << "mua_milters = unix:" << (site.folder() / "milter.sock").string() << "\n"
        << "smtpd_milters = $mua_milters\n";
    std::ofstream{site.folder() / "master.cf"}
        << "smtp inet n - n - - smtpd\n"
        << "submission inet n - n - - smtpd\n  -o smtpd_milters=$mua_milters\n";
    const auto said = site.ctl({"doctor", "--postfix-config", site.folder().string()}).out;
    CHECK(has(said, "smtpd_milters has our socket"));
    CHECK_FALSE(has(said, "without us"));
}

TEST_CASE("doctor finds a milter that listens by IPv6", "[tools]")
{
    const FileDescriptor milter{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 place{};
    place.sin6_family = AF_INET6;
    place.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof place;
    if (::bind(milter.get(), reinterpret_cast<const sockaddr*>(&place), size) != 0) {
        WARN("there is no IPv6 here");
        return;
    }
    REQUIRE(::getsockname(milter.get(), reinterpret_cast<sockaddr*>(&place), &size) == 0);
    REQUIRE(::listen(milter.get(), 1) == 0);
    const Site site;
    const auto name = site.folder() / "lazaret.toml";
    std::stringstream text;
    text << std::ifstream{name}.rdbuf();
    const auto socket = fmt::format("inet6:{}@[::1]", ntohs(place.sin6_port));
    auto settings = text.str();
    const auto before = "unix:" + (site.folder() / "milter.sock").string();
    settings.replace(settings.find(before), before.size(), socket);
    std::ofstream{name} << settings;
    CHECK(has(site.ctl({"doctor"}).out, "it listens on " + socket));
}

TEST_CASE("what cannot be written is no bug, and ends nothing by a signal", "[tools]")
{
    const Site site;
    struct Row {
        const char* says;
        std::string command;
        int code;
    };
    const auto row = GENERATE(values<Row>({
        {"an error", "second-step list x 2>/dev/full", 64},
        {"an error of ours", "domain add nobody@ 2>/dev/full", 64},
        {"an error without a place for it", "domain add nobody@ 2>&-", 64},
        {"a few lines", "domain list >/dev/full", 75},
        {"more than a buffer", "settings get >/dev/full", 75},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto file = (site.folder() / "lazaret.toml").string();
        const auto shell = "\"$0\" --config \"$1\" " + row.command;
        CHECK(run_program_with({"sh", "-c", shell, LAZARETCTL, file}).code == row.code);
    }
}

TEST_CASE("doctor says what rules there are", "[tools]")
{
    Site site;
    const auto folder = site.folder() / "rules";
    std::filesystem::create_directory(folder);
    const auto finding = [&] {
        site.configure("smtp://127.0.0.1:1", "[rules]\nfolders = [\"" + folder.string() + "\"]\n");
        const auto all = Json::parse(site.ctl({"doctor", "--json"}).out);
        for (const auto& one : all.at("findings"))
            if (one.at("part") == "rules") return one;
        return Json{};
    };
    CHECK(finding().at("what") == "there are no rules in " + folder.string());
    CHECK(has(finding().at("advice"), "install spamassassin"));

    std::ofstream{folder / "local.cf"} << "body OFFER /offer/\nfrobnicate\n";
    CHECK(finding().at("health") == "warning");
    CHECK(finding().at("what") == "1 rule from " + folder.string() + "; 1 problem");
    CHECK(finding().at("advice") == "lazaretctl rules check");
    CHECK(has(site.ctl({"rules", "check"}).out, "1 line was not understood, or cannot work"));

    std::ofstream{folder / "local.cf"} << "body OFFER /offer/\nbody TRADE /trade/\n";
    CHECK(finding().at("health") == "ok");
    CHECK(finding().at("what") == "2 rules from " + folder.string());
}

TEST_CASE("what is wrong with the settings or the database has its exit code", "[tools]")
{
    Site site;
    CHECK(site.ctl({}).code == 64);
    CHECK(site.ctl({"frobnicate"}).code == 64);
    CHECK(site.ctl({"held"}).code == 64);
    CHECK(site.ctl({"held", "list", "--bogus"}).code == 64);
    CHECK(site.ctl({"--help"}).code == 0);
    CHECK(site.ctl({"held", "list", "--help"}).code == 0);
    CHECK(run_program_with({LAZARETCTL, "--config", "/nonexistent/lazaret.toml", "check"}).code ==
          78);

    site.configure("smtp://127.0.0.1:1", "[milter_]\n[log]\nlevel = \"loud\"\n");
    const auto mistaken = site.ctl({"check"});
    CHECK(mistaken.code == 78);
    CHECK(has(mistaken.err, "milter_"));
    CHECK(has(mistaken.err, "level must be"));

    const auto away =
        run_program_with({"sh", "-c",
                          "printf '[database]\\nconnection = \"host=127.0.0.1 port=1\"\\n' > $1 && "
                          "exec $0 --config $1 held list",
                          LAZARETCTL, (site.folder() / "away.toml").string()});
    CHECK(away.code == 75);
    CHECK(away.err.starts_with("lazaretctl: error: "));
}
