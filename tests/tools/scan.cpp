#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

std::vector<Json> lines_of(const std::string& out)
{
    std::vector<Json> lines;
    std::istringstream stream{out};
    for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
    return lines;
}

/// lazaretctl without --config, so without anything of a site.
Outcome scan(std::vector<std::string> words, const std::string& input = {})
{
    words.insert(words.begin(), {LAZARETCTL, "scan", "--offline", "--no-antivirus", "--no-rules"});
    return run_program_with(words, input);
}

}  // namespace

TEST_CASE("scan judges without a database, an object a line", "[tools]")
{
    const auto done = scan({"--json", "-"}, letter("scanned"));
    INFO(done.err);
    CHECK(done.code == 0);
    const auto lines = lines_of(done.out);
    REQUIRE(lines.size() == 1);
    for (const auto* key : {"file", "class", "action", "score", "hits", "ms"})
        CHECK(lines[0].contains(key));
    CHECK(lines[0].at("file") == "-");
    CHECK(lines[0].at("class") == "clean");
    CHECK(lines[0].at("action") == "deliver");
    CHECK(lines[0].at("score").is_number());
    CHECK(lines[0].at("ms").get<double>() > 0);
    CHECK(lines[0].at("authentication").is_null());  // nobody was asked
    CHECK(done.out.starts_with(R"({"file":"-","class":"clean","action":"deliver","score":)"));
}

TEST_CASE("a file that cannot be read does not stop the others", "[tools]")
{
    const Site site;
    const auto file = (site.folder() / "good.eml").string();
    std::ofstream{file, std::ios::binary} << letter("good");
    const auto done = scan({"--json", "/nonexistent/mail.eml", file, site.folder().string(), file});
    CHECK(done.code == 69);
    CHECK(lines_of(done.out).size() == 2);
    CHECK(done.err.find("cannot read /nonexistent/mail.eml: No such file") != std::string::npos);
    CHECK(done.err.find(site.folder().string() + ": Is a directory") != std::string::npos);
}

TEST_CASE("scan judges all files behind folders of rules", "[tools]")
{
    const Site site;
    const auto rules = site.folder() / "rules";
    std::filesystem::create_directory(rules);
    std::ofstream{rules / "own.cf"} << "header OWN_RULE Subject =~ /./\nscore OWN_RULE 1.5\n";
    const auto file = (site.folder() / "good.eml").string();
    std::ofstream{file, std::ios::binary} << letter("good");
    const auto done =
        run_program_with({LAZARETCTL, "scan", "--offline", "--no-antivirus", "--json", "--rules",
                          rules.string(), "--rules", rules.string(), file, file},
                         {});
    INFO(done.err);
    const auto lines = lines_of(done.out);
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines)
        CHECK(line.at("hits").dump().find("OWN_RULE") != std::string::npos);
    // What is named counts more than a settings file that has rules switched off.
    const auto switched_off = site.ctl({"scan", "--json", "--rules", rules.string(), file});
    CHECK(switched_off.out.find("OWN_RULE") != std::string::npos);
}

TEST_CASE("scan judges a client by its name", "[tools]")
{
    const Site site;
    const auto rules = site.folder() / "rules";
    std::filesystem::create_directory(rules);
    std::ofstream{rules / "own.cf"} << "header NAMED X-Spam-Relays-External =~ /rdns=mail\\.ex/\n"
                                    << "header NAMELESS X-Spam-Relays-External =~ /rdns=\\s/\n";
    struct Row {
        const char* says;
        std::vector<std::string> words;
        std::string hit;
        bool told;  ///< that the name is not known
    };
    const auto row = GENERATE(values<Row>({
        {"one with a name",
         {"--client", "192.0.2.9", "--client-name", "mail.example.com"},
         "NAMED",
         false},
        {"one that has none",
         {"--client", "192.0.2.9", "--client-name", "unknown"},
         "NAMELESS",
         false},
        {"one of whom nobody says", {"--client", "192.0.2.9"}, "NAMELESS", true},
        {"no client", {}, "", false},
        {"one of ours", {"--client", "127.0.0.1"}, "", false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::vector<std::string> words{LAZARETCTL, "scan",    "--offline",    "--no-antivirus",
                                       "--json",   "--rules", rules.string(), "-"};
        words.insert(words.end(), row.words.begin(), row.words.end());
        const auto done = run_program_with(words, letter("named"));
        INFO(done.err);
        REQUIRE(done.code == 0);
        const auto hits = lines_of(done.out).at(0).at("hits");
        CHECK(hits.size() == (row.hit.empty() ? 0 : 1));
        if (!hits.empty()) CHECK(hits.at(0).at("name") == row.hit);
        CHECK(row.told ==
              (done.err.find("name of client 192.0.2.9 is not known") != std::string::npos));
    }
}

TEST_CASE("scan takes any bytes, and explains to people", "[tools]")
{
    for (const std::string& bytes :
         {std::string{}, std::string(3, '\0'), std::string{"no header at all"},
          std::string{"Subject: =?utf-8?B?????\n\n"}, std::string{"From bob\nA: b\n\nc"}}) {
        const auto done = scan({"--json", "-"}, bytes);
        CHECK(done.code == 0);
        CHECK(lines_of(done.out).size() == 1);
    }
    const auto text = scan({"-", "--rcpt", "ann@example.org"}, letter("people"));
    CHECK(text.code == 0);
    CHECK(text.out.find("For ann@example.org:\nClass clean: ") != std::string::npos);
    CHECK(text.out.find("Would be delivered.") != std::string::npos);
}

TEST_CASE("mail of our own networks is only searched for viruses", "[tools]")
{
    const auto outbound = scan({"--json", "--client", "127.0.0.1", "-"}, letter("ours"));
    const auto json = lines_of(outbound.out).at(0);
    CHECK(json.at("outbound") == true);
    CHECK(json.at("action") == "deliver");
    CHECK(json.at("hits").empty());
    const auto text = scan({"--client", "::1", "--rcpt", "ann@example.org", "-"}, letter("ours"));
    CHECK(text.out.find("comes from our own network") != std::string::npos);
    const auto stranger = scan({"--json", "--client", "192.0.2.7", "-"}, letter("theirs"));
    CHECK(lines_of(stranger.out).at(0).at("outbound") == false);
}

TEST_CASE("scan with a database uses its lists and settings", "[tools]")
{
    const Site site;
    const auto judged = [&](const std::string& recipient) {
        const auto done =
            site.ctl({"scan", "--json", "--from", "bob@example.com", "--rcpt", recipient, "-"},
                     letter("site"));
        INFO(done.err);
        REQUIRE(done.code == 0);
        return lines_of(done.out).at(0);
    };
    CHECK(judged("ann@example.org").at("class") == "clean");
    REQUIRE(site.ctl({"deny", "add", "ann@example.org", "bob@example.com"}).code == 0);
    const auto denied = judged("ann@example.org");
    CHECK(denied.at("class") == "denied");
    CHECK(denied.at("action") == "hold");
    CHECK(denied.at("explanation").at("list_entry").at("kind") == "deny");
    CHECK(judged("eva@example.org").at("class") == "clean");
    const auto elsewhere = judged("ann@example.com");
    CHECK(elsewhere.at("recipients").at(0).at("protected") == false);
    REQUIRE(site.ctl({"settings", "set", "*", "hold_at", "-50"}).code == 0);
    CHECK(judged("eva@example.org").at("class") == "spam");
}

TEST_CASE("scan shows the points that count for each recipient", "[tools]")
{
    Site site;
    site.configure("smtp://127.0.0.1:1", "[rules]\ncache = \"\"\n");
    std::ofstream{site.folder() / "own.cf"} << "header OWN_RULE Subject =~ /./\n"
                                               "score OWN_RULE 1.5\n";
    REQUIRE(site.ctl({"settings", "set", "@example.org", "rule_scores", "OWN_RULE=7"}).code == 0);
    REQUIRE(site.ctl({"settings", "set", "eva@example.org", "rule_scores", "OWN_RULE=0"}).code ==
            0);
    const std::vector<std::string> words = {"scan",    "-",
                                            "--rules", site.folder().string(),
                                            "--rcpt",  "ann@example.org",
                                            "--rcpt",  "eva@example.org",
                                            "--rcpt",  "out@example.com"};
    auto as_json = words;
    as_json.emplace_back("--json");
    const auto done = site.ctl(as_json, letter("scores"));
    INFO(done.err);
    REQUIRE(done.code == 0);
    const auto json = lines_of(done.out).at(0);
    CHECK(json.at("class") == "spam");
    CHECK(json.at("score") == 7.0);
    CHECK(json.at("hits").at(0).at("points") == 7.0);
    const auto& all = json.at("recipients");
    CHECK(all.at(0).at("hits").at(0).at("points") == 7.0);
    CHECK(all.at(1).at("class") == "clean");
    CHECK(all.at(1).at("hits").empty());
    CHECK(all.at(1).at("explanation").at("note") == "rule_scores took off OWN_RULE");
    CHECK(all.at(2).at("score") == 1.5);

    const auto text = site.ctl(words, letter("scores")).out;
    CHECK(text.find("+7.0  OWN_RULE") != std::string::npos);
    CHECK(text.find("+1.5  OWN_RULE") != std::string::npos);
}

TEST_CASE("scan says what it cannot understand", "[tools]")
{
    CHECK(scan({"-", "--rcpt", "nobody"}).code == 64);
    CHECK(scan({"-", "--from", "a b"}).code == 64);
    CHECK(scan({"-", "--client", "1.2.3"}).code == 64);
    CHECK(scan({"-", "--client-name", "mail.example.com"}).code == 64);
    CHECK(scan({}).code == 64);
    CHECK(scan({"-", "--model", "/nonexistent/model"}).code == 78);
    CHECK(scan({"-", "--model", LAZARETCTL}).code == 78);
    CHECK(run_program_with({LAZARETCTL, "scan", "-", "--model", LAZARETCTL}).code == 64);
}
