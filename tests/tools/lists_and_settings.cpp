#include <fstream>
#include <sstream>

#include "quarantine-store/requests.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

/// The milter's settings with one authserv-id whose results count.
void believe(const Site& site, const std::string& authserv_id)
{
    const auto name = site.folder() / "lazaret.toml";
    std::stringstream text;
    text << std::ifstream{name}.rdbuf();
    auto settings = text.str();
    settings.insert(settings.find("[milter]\n") + 9,
                    "trusted_authserv_ids = [\"" + authserv_id + " dkim spf dmarc\"]\n");
    std::ofstream{name} << settings;
}

}  // namespace

TEST_CASE("domains are protected, listed and let go", "[tools]")
{
    const Site site;
    CHECK(has(site.ctl({"domain", "add", "example.org"}).out, "already"));
    CHECK(site.ctl({"domain", "add", "Bücher.example", "@shop.example", "--tenant", "Shop"}).code ==
          0);
    const auto list = site.json({"domain", "list"});
    REQUIRE(list.size() == 3);
    Json names = Json::array();
    for (const auto& row : list) names.push_back(row.at("domain"));
    CHECK(names == Json{"example.org", "shop.example", "xn--bcher-kva.example"});
    CHECK(site.ctl({"domain", "add", "new.example", "not a domain"}).code == 64);
    CHECK(site.json({"domain", "list"}).size() == 3);  // nothing of a mistaken command is done

    CHECK(site.json({"domain", "list", "--tenant", "Shop"}).size() == 2);
    CHECK(site.json({"domain", "list", "--tenant", "Nobody"}).empty());
    const auto refused =
        site.ctl({"domain", "add", "market.example", "shop.example", "--tenant", "Market"});
    CHECK(refused.code == 64);
    CHECK(has(refused.err, "shop.example is protected for tenant \"Shop\""));
    CHECK(site.json({"domain", "add", "shop.example", "--tenant", "Shop"}) ==
          Json::parse(R"([{"domain": "shop.example", "outcome": "unchanged",
                           "tenant_name": "Shop"}])"));

    CHECK(site.ctl({"domain", "remove", "shop.example"}).code == 0);
    CHECK(site.ctl({"domain", "remove", "shop.example"}).code == 69);
    CHECK(site.json({"domain", "list"}).size() == 2);
}

TEST_CASE("settings take what they may be, and say who chose", "[tools]")
{
    const Site site;
    CHECK(site.ctl({"settings", "get", "*", "hold_at"}).out == "5\n");
    CHECK(site.ctl({"settings", "set", "@example.org", "hold_at", "4.5"}).code == 0);
    CHECK(site.ctl({"settings", "set", "ann@example.org", "action.spam", "tag"}).code == 0);
    CHECK(site.ctl({"settings", "get", "ann@example.org", "hold_at"}).out == "4.5\n");
    CHECK(site.ctl({"settings", "get", "ann@example.org", "action.spam"}).out == "tag\n");
    CHECK(site.ctl({"settings", "get", "@example.org", "action.spam"}).out == "hold\n");
    const auto one = site.json({"settings", "get", "ann@example.org", "hold_at"});
    CHECK(one == Json::parse(R"([{"name":"hold_at","value":"4.5","chosen_by":"@example.org"}])"));
    CHECK(site.json({"settings", "get"}).size() > 10);
    CHECK(site.ctl({"settings", "set", "*", "hold_at", "-3"}).code == 0);
    CHECK(site.ctl({"settings", "get", "*", "hold_at"}).out == "-3\n");
    CHECK(site.ctl({"settings", "unset", "*", "hold_at"}).code == 0);
    CHECK(site.ctl({"settings", "get", "*", "hold_at"}).out == "5\n");
    CHECK(has(site.ctl({"settings", "unset", "*", "hold_at"}).out, "had not chosen"));
    CHECK(has(site.ctl({"settings", "get", "@example.org"}).out, "the domain example.org"));
}

TEST_CASE("what can be set is listed without a database", "[tools]")
{
    const Site site;
    const auto all = site.json({"settings", "list"});
    CHECK(all.size() == site.json({"settings", "get"}).size());
    CHECK(site.json({"settings", "list", "hold_at"}) ==
          Json::parse(R"([{"name": "hold_at", "default": "5", "values": "-100 to 100",
                           "sentence": "score from which a message is spam"}])"));
    const auto one = site.ctl({"settings", "list", "action.spam"}).out;
    CHECK(has(one, "it looks like spam"));
    CHECK(has(one, "discard      accept it and drop it"));
    CHECK_FALSE(has(one, "hold_at"));
    CHECK_FALSE(has(site.ctl({"settings", "list", "hold_at"}).out, "discard"));
    CHECK(site.ctl({"settings", "list", "hold_it"}).code == 64);
    CHECK(run_program_with({LAZARETCTL, "--config", "/nowhere", "settings", "list"}, "").code == 0);
}

TEST_CASE("rule scores are those of all levels, by who chose last", "[tools]")
{
    const Site site;
    CHECK(site.ctl({"settings", "set", "*", "rule_scores", "FREEMAIL_FROM=+0.5,BB=2"}).code == 0);
    CHECK(site.ctl({"settings", "set", "@example.org", "rule_scores", "BB=0"}).code == 0);
    const auto one = site.json({"settings", "get", "ann@example.org", "rule_scores"});
    CHECK(one.at(0).at("value") == "BB=0 FREEMAIL_FROM=0.5");
    CHECK(one.at(0).at("chosen_by") == "@example.org");
    CHECK(site.ctl({"settings", "get", "*", "rule_scores"}).out == "BB=2 FREEMAIL_FROM=0.5\n");
}

TEST_CASE("thresholds that leave nothing to hold are warned of", "[tools]")
{
    const Site site;
    const auto odd = site.ctl({"settings", "set", "@example.org", "hold_at", "99"});
    CHECK(odd.code == 0);
    CHECK(has(odd.err, "warning: hold_at is 99 and refuse_at 15 for the domain example.org"));
    CHECK(site.ctl({"settings", "set", "@example.org", "refuse_at", "99"}).err.empty());
    CHECK(has(site.ctl({"settings", "set", "@example.org", "refuse_at", "98.5"}).err, "warning"));
}

TEST_CASE("a second step is demanded of a domain, a tenant or the site", "[tools]")
{
    const Site site;
    const auto code = [&](const std::string& what, const std::string& owner) {
        return site.ctl({"second-step", what, owner}).code;
    };
    CHECK(has(site.ctl({"second-step", "list"}).out, "demanded nowhere"));
    for (const std::string owner : {"@example.org", "tenant:1", "*"}) {
        CHECK(code("demand", owner) == 0);
        CHECK(code("demand", owner) == 0);
        CHECK(site.json({"second-step", "list"}).at("demanded").at(0) == owner);
        CHECK(code("free", owner) == 0);
        CHECK(code("free", owner) == 69);
    }
    CHECK(site.json({"second-step", "list"}).at("without").empty());
    CHECK(code("demand", "ann@example.org") == 64);
    CHECK(code("demand", "@nowhere.example") == 69);
    CHECK(code("demand", "tenant:99") == 69);
}

TEST_CASE("a setting that cannot be is a usage error, and nothing changes", "[tools]")
{
    const Site site;
    struct Row {
        const char* says;
        std::vector<std::string> words;
        const char* part;
    };
    const auto row = GENERATE(values<Row>({
        {"a value too high", {"*", "hold_at", "1000"}, "-100 to 100"},
        {"not a number", {"*", "hold_at", "five"}, "-100 to 100"},
        {"an unknown action", {"*", "action.spam", "eat"}, "refuse-keep"},
        {"an unknown name", {"*", "hold_it", "5"}, "not a setting"},
        {"a domain that is not ours", {"@example.com", "hold_at", "5"}, " @example.com: "},
        {"no owner", {"nobody", "hold_at", "5"}, "'@'"},
        {"scores without a rule", {"*", "rule_scores", "0.5"}, "NAME=POINTS"},
        {"whose mail it is, by an address",
         {"ann@example.org", "tag_is_same_recipient", "off"},
         "the site, a tenant or a domain"},
        {"text that is no UTF-8", {"*", "report.name", "a\xff"}, "report.name"},
        {"text that turns a terminal", {"*", "report.name", "a\xc2\x9bx"}, "report.name"},
        {"a time zone that is none", {"*", "time_zone", "Mars/Olympus"}, "is not a time zone"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        auto words = row.words;
        words.insert(words.begin(), {"settings", "set"});
        const auto done = site.ctl(words);
        INFO(done.err);
        CHECK(done.code == 64);
        CHECK(done.err.starts_with("lazaretctl: error: "));
        CHECK(has(done.err, row.part));
        CHECK(site.ctl({"settings", "get", "*", "hold_at"}).out == "5\n");
    }
}

TEST_CASE("a time zone is one that is known, or empty for UTC", "[tools]")
{
    const Site site;
    CHECK(site.ctl({"settings", "set", "*", "time_zone", "Europe/Zurich"}).code == 0);
    CHECK(site.ctl({"settings", "set", "*", "time_zone", ""}).code == 0);
}

TEST_CASE("a request that is not there is not to be tried again later", "[tools]")
{
    const Site site;
    for (const auto* deed : {"show", "accept", "decline"}) {
        const auto done = site.ctl({"requests", deed, "4711"});
        CHECK(done.code == 69);
        CHECK(has(done.err, "there is no request 4711"));
    }
    CHECK(site.ctl({"requests", "show", "x"}).code == 64);
}

TEST_CASE("a request is answered once", "[tools]")
{
    const Site site;
    store::Database database{site.database()};
    const auto asked =
        store::Requests{database}.ask(store::RequestKind::Adjust, site.hold(letter("asked")),
                                      "please", {"ann@example.org", "192.0.2.1", Role::Recipient});
    REQUIRE(asked);
    const auto number = std::to_string(asked->id);
    CHECK(has(site.ctl({"requests", "accept", number, "--words", "yes"}).out, "is accepted"));
    struct Row {
        const char* says;
        std::vector<std::string> words;
        int code;
        std::string part;
    };
    const auto row = GENERATE(values<Row>({
        {"the same again", {"accept"}, 0, "was accepted before"},
        {"with other words", {"accept", "--words", "no"}, 69, "nobody is told anything new"},
        {"another answer", {"decline"}, 69, "was answered before: accepted"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        auto words = row.words;
        words.insert(words.begin(), "requests");
        words.insert(words.begin() + 2, number);
        const auto done = site.ctl(words);
        CHECK(done.code == row.code);
        CHECK(has(row.code == 0 ? done.out : done.err, row.part));
        CHECK(done.err.starts_with(row.code == 0 ? "" : "lazaretctl: error: "));
        CHECK(site.json({"requests", "show", number}).at("answer") == "yes");
    }
}

TEST_CASE("a list entry is switched off and on without being lost", "[tools]")
{
    const Site site;
    const std::vector<std::string> who{"ann@example.org", "bob@example.com"};
    const auto turn = [&](const std::string& list, const std::string& how) {
        return site.ctl({list, how, who[0], who[1]});
    };
    for (const std::string list : {"allow", "deny", "newsletter"}) {
        CHECK(turn(list, "disable").code == 69);
        REQUIRE(site.ctl({list, "add", who[0], who[1], "--comment", "kept"}).code == 0);
        CHECK(has(turn(list, "disable").out, "switched off"));
        const auto off = site.json({list, "list"}).at(0);
        CHECK(off.at("enabled") == false);
        CHECK(off.at("comment") == "kept");
        CHECK(has(site.ctl({list, "list"}).out, "(off) kept"));
        CHECK(has(turn(list, "enable").out, "switched on"));
        CHECK(site.json({list, "list"}).at(0).at("enabled") == true);
    }
}

TEST_CASE("an entry is for an account, or for one address of it", "[tools]")
{
    const Site site;
    const std::string ann = "ann@example.org";
    REQUIRE(site.ctl({"deny", "add", ann, "all@example.com"}).code == 0);
    const auto added = site.ctl({"deny", "add", ann, "one@example.com", "--only-address"});
    CHECK(has(added.out, "one@example.com is denied now for ann@example.org."));
    CHECK(site.json({"deny", "list", ann}).size() == 2);
    CHECK(site.ctl({"deny", "disable", ann, "one@example.com"}).code == 0);
    CHECK(site.ctl({"deny", "remove", ann, "one@example.com"}).code == 0);
    CHECK(site.json({"deny", "list"}).size() == 1);
    for (const std::string owner : {"*", "@example.org"})
        CHECK(has(site.ctl({"deny", "add", owner, "one@example.com", "--only-address"}).err,
                  "is no address"));
}

TEST_CASE("an allow entry asks for what its sender had proved", "[tools]")
{
    const Site site;
    Explanation::Proved proved{{Proof::dkim("example.com")}, {Proof::spf("example.com")}};
    const auto proven = site.hold(letter("proven"), Class::Spam, proved).text();
    const auto unproven = site.hold(letter("unproven"), Class::Spam, Explanation::Proved{}).text();
    const auto add = [&](const std::string& sender, const std::vector<std::string>& more) {
        std::vector<std::string> words{"allow", "add", "ann@example.org", sender};
        words.insert(words.end(), more.begin(), more.end());
        return site.ctl(words);
    };
    const auto like = add("@example.com", {"--like", proven});
    CHECK(like.code == 0);
    CHECK(has(like.out, "as that message did, or better: dkim=example.com"));
    CHECK(site.json({"allow", "list"}).at(0).at("proof") == "dkim=example.com");
    CHECK(has(site.ctl({"allow", "list"}).out, "dkim=example.com"));

    const auto domain = add("@example.com", {"--like", unproven});
    CHECK(domain.code == 64);
    CHECK(has(domain.err, "anybody can write an address of a domain"));
    const auto narrow = add("bob@example.com", {"--like", unproven});
    CHECK(narrow.code == 0);
    CHECK(has(narrow.out, "anybody can write this address"));
    CHECK(has(narrow.out, "network 192.0.2.0/24, and only until "));
    const auto entry = site.json({"allow", "list", "ann@example.org", "bob@example.com"}).at(0);
    CHECK(entry.at("proof") == "network=192.0.2.0/24");
    CHECK(entry.at("expires").is_string());

    const auto by_hand = add("eve@example.com", {"--unproven-from", "2001:db8::7"});
    CHECK(by_hand.code == 0);
    CHECK(has(by_hand.out, "network 2001:db8::/64"));
    CHECK(has(add("@example.com", {"--unproven-from", "192.0.2.7"}).err,
              "only one exact address can be allowed"));
    CHECK(has(add("eve@example.com", {"--unproven-from", "192.0.2.7", "--until", "400d"}).err,
              "a year at most"));
    CHECK(add("eve@example.com", {"--unproven-from", "0.0.0.0/0"}).code == 64);
    CHECK(add("eve@example.com", {"--unproven-from", "::1", "--like", proven}).code == 64);
    CHECK(has(add("eve@example.com", {"--like", proven}).err, "not the sender of that message"));
    CHECK(add("eve@example.com", {"--like", "0000zzzz0000"}).code == 64);
    // By hand and without more: any proof.
    CHECK(has(add("eve@example.com", {}).out, "proves its sender (DKIM, DMARC or SPF)"));
}

TEST_CASE("it is said which list entry would decide, and why", "[tools]")
{
    const Site site;
    believe(site, "mx.example.org");
    const auto reference = site.hold(letter("like"), Class::Spam,
                                     Explanation::Proved{{Proof::dmarc("example.com")}, {}});
    REQUIRE(
        site.ctl({"allow", "add", "ann@example.org", "bob@example.com", "--like", reference.text()})
            .code == 0);
    REQUIRE(site.ctl({"allow", "add", "@example.org", "bob@example.com"}).code == 0);
    REQUIRE(site.ctl({"deny", "add", "*", ".example.com"}).code == 0);
    REQUIRE(site.ctl({"deny", "add", "@example.org", "@example.com"}).code == 0);
    REQUIRE(site.ctl({"deny", "disable", "@example.org", "@example.com"}).code == 0);
    const auto signed_letter =
        "Authentication-Results: mx.example.org; dkim=pass header.d=example.com\r\n" +
        letter("signed");
    const auto tested = [&](const std::string& owner, const std::string& message) {
        const auto done =
            site.ctl({"allow", "test", owner, "-", "--client", "192.0.2.7", "--json"}, message);
        INFO(done.err);
        REQUIRE(done.code == 0);
        return Json::parse(done.out);
    };
    const auto outcomes = [](const Json& test) {
        std::string all;
        for (const auto& entry : test.at("entries"))
            all += entry.at("kind").get<std::string>() + ' ' +
                   entry.at("outcome").get<std::string>() + '\n';
        return all;
    };
    const auto ann = tested("ann@example.org", signed_letter);
    CHECK(outcomes(ann) == "allow not-proven\nallow decides\ndeny disabled\ndeny overruled\n");
    CHECK(ann.at("entries").at(0).at("needs") == "dmarc=example.com");
    CHECK(ann.at("entries").at(1).at("proof") == "dkim=example.com");
    CHECK(ann.at("decides") == ann.at("entries").at(1).at("entry"));
    CHECK(ann.at("names").at(0).at("proofs") == Json{"dkim=example.com", "network=192.0.2.0/24"});
    CHECK(ann.at("class") == "clean");
    CHECK(outcomes(tested("@example.org", signed_letter)) ==
          "allow decides\ndeny disabled\ndeny overruled\n");
    CHECK(outcomes(tested("*", letter("forged"))) == "deny decides\n");
    CHECK(tested("*", letter("forged")).at("class") == "denied");
    CHECK(outcomes(tested("ann@example.org", letter("forged"))) ==
          "allow not-proven\nallow not-proven\ndeny disabled\ndeny decides\n");

    const auto text = site.ctl({"allow", "test", "ann@example.org", "-"}, signed_letter).out;
    for (const auto* part : {"From bob@example.com: dkim=example.com", "its proof is missing",
                             "it decides", "it is switched off", "another one is stronger",
                             "Decided by entry ", "(it asks for dmarc=example.com)"})
        CHECK(has(text, part));
    CHECK(site.ctl({"allow", "test", "ann@example.com", "-"}, letter("x")).code == 64);
    CHECK(site.ctl({"allow", "test", "tenant:1", "-"}, letter("x")).code == 64);
    CHECK(site.ctl({"allow", "test", "ann@example.org", "/nonexistent"}).code == 69);
}

TEST_CASE("senders are allowed and denied for whom we protect", "[tools]")
{
    const Site site;
    const auto added = site.ctl(
        {"allow", "add", "ann@example.org", "bob@example.com", "--comment", "our printer"});
    CHECK(added.code == 0);
    CHECK(has(added.out, "proves"));
    CHECK(site.ctl({"allow", "add", "ann@example.org", "bob@example.com"}).code == 0);
    CHECK(site.ctl({"deny", "add", "*", ".example.net", "--until", "7d"}).code == 0);
    CHECK(site.ctl({"newsletter", "add", "@example.org", "@news.example", "--list-id",
                    "\"The News\" <Weekly.News.Example>"})
              .code == 0);
    CHECK(site.ctl({"newsletter", "add", "@example.org", "@news.example", "--list-id", "The News"})
              .code == 64);

    const auto allowed = site.json({"allow", "list"});
    REQUIRE(allowed.size() == 1);
    CHECK(allowed[0].at("sender") == "bob@example.com");
    CHECK(allowed[0].at("proof") == "any");
    CHECK(site.json({"deny", "list", "*"}).at(0).at("sender") == ".example.net");
    CHECK(site.json({"newsletter", "list"}).at(0).at("list_id") == "weekly.news.example");
    CHECK(site.json({"allow", "list", "@example.org"}).empty());
    CHECK(has(site.ctl({"allow", "list"}).out, "bob@example.com"));
    CHECK(has(site.ctl({"deny", "list", "ann@example.org"}).out, "No entry is like that."));
    CHECK(has(site.ctl({"warn", "list"}).out, "Nobody is on the warn list."));

    // One newsletter of a sender can be taken off without the others.
    CHECK(site.ctl({"newsletter", "add", "@example.org", "@news.example"}).code == 0);
    const std::vector<std::string> weekly{"newsletter",    "remove",    "@example.org",
                                          "@news.example", "--list-id", "weekly.news.example"};
    CHECK(site.ctl(weekly).code == 0);
    CHECK(site.ctl(weekly).code == 69);
    CHECK(site.json({"newsletter", "list"}).at(0).at("list_id") == "");

    const auto elsewhere = site.ctl({"allow", "add", "ann@example.com", "bob@example.org"});
    CHECK(elsewhere.code == 64);
    CHECK(has(elsewhere.err, "protected"));
    CHECK(site.ctl({"allow", "add", "@example.com", "bob@example.org"}).code == 64);
    CHECK(site.ctl({"allow", "add", "ann@example.org", "*"}).code == 64);
    CHECK(site.ctl({"deny", "add", "*", "bob@example.com", "--until", "soon"}).code == 64);

    CHECK(site.ctl({"allow", "remove", "ann@example.org", "bob@example.com"}).code == 0);
    CHECK(site.ctl({"allow", "remove", "ann@example.org", "bob@example.com"}).code == 69);
    CHECK(site.json({"allow", "list"}).empty());
}

TEST_CASE("who is locked out is named by any form of his address", "[tools]")
{
    Site site;
    site.hold(letter("stolen"));  // makes ann@example.org's account
    struct Row {
        const char* says;
        std::string address;
        int code;
        std::string out;
    };
    const auto row = GENERATE(values<Row>({
        {"as it is", "ann@example.org", 0, "No password of ann@example.org is kept here any more"},
        {"with a tag", "Ann+news@example.org", 0,
         "No password of ann@example.org is kept here any more"},
        {"nobody", "eva@example.org", 69, ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto reset = site.ctl({"password", "reset", row.address});
        CHECK(reset.code == row.code);
        CHECK(reset.out.find(row.out) != std::string::npos);
        CHECK(site.ctl({"sessions", "end", row.address}).code == row.code);
        CHECK((row.code == 0 ? reset.err.empty()
                             : reset.err == "lazaretctl: error: eva@example.org has no account "
                                            "here\n"));
    }
    SECTION("where the tag counts, who has one is somebody else")
    {
        REQUIRE(
            site.ctl({"settings", "set", "@example.org", "tag_is_same_recipient", "off"}).code ==
            0);
        CHECK(site.ctl({"password", "reset", "ann+news@example.org"}).code == 69);
    }
    SECTION("whose password another server keeps")
    {
        CHECK(site.ctl({"password", "reset", "ann@example.org"})
                  .out.find("the link on the page for signing in") != std::string::npos);
        site.configure("smtp://127.0.0.1:1",
                       "[[sign_in.connector]]\ndomains = [\"*\"]\nkind = \"imap\"\n"
                       "url = \"imaps://mail.example.org\"\n");
        CHECK(
            site.ctl({"password", "reset", "ann@example.org"}).out.find("is to be changed there") !=
            std::string::npos);
    }
}
