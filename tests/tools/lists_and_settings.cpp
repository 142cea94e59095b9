#include "tests/support/catch.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::tests;

namespace {

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
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
    const auto moved = site.ctl({"domain", "add", "shop.example", "--tenant", "Market"});
    CHECK(moved.code == 0);
    CHECK(has(moved.out, "shop.example moved from tenant Shop to Market"));
    CHECK(site.json({"domain", "add", "shop.example", "--tenant", "Market"}) ==
          Json::parse(R"([{"domain": "shop.example", "outcome": "unchanged",
                           "tenant_name": "Market"}])"));

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
                    "<Weekly.News.Example>"})
              .code == 0);

    const auto allowed = site.json({"allow", "list"});
    REQUIRE(allowed.size() == 1);
    CHECK(allowed[0].at("sender") == "bob@example.com");
    CHECK(allowed[0].at("proof") == "any");
    CHECK(site.json({"deny", "list", "*"}).at(0).at("sender") == ".example.net");
    CHECK(site.json({"newsletter", "list"}).at(0).at("list_id") == "weekly.news.example");
    CHECK(site.json({"allow", "list", "@example.org"}).empty());
    CHECK(has(site.ctl({"allow", "list"}).out, "bob@example.com"));
    CHECK(has(site.ctl({"deny", "list", "ann@example.org"}).out, "Nobody is denied"));

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
