#include "tools/lazaretctl/explain.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/progress.hpp"

using namespace lazaret;
using namespace lazaret::tools;

namespace {

const std::vector<Hit> hits = {{"LEARNED_HAM", -1.25, "it is like mail that was wanted"},
                               {"VIRUS", 0.0, "it carries a virus (\x1b[31mBad)"},
                               {"LINK_MISMATCH", 2.5, "a link leads elsewhere"}};

Explanation allowed_explanation()
{
    Explanation explanation;
    explanation.decided = {7, ListKind::Allow, Owner::domain("example.org"), "bob@example.com",
                           "dkim=example.com"};
    explanation.unproven = {
        {8, ListKind::Allow, Owner::site(), "@example.net", "", "dmarc=example.net"}};
    explanation.proved = {{}, {Proof::spf("bounce.example")}};
    explanation.settings = {{"hold_at", Owner::address("ann@example.org")}};
    explanation.note = "a note";
    return explanation;
}

}  // namespace

TEST_CASE("hits are explained, most points first", "[explain]")
{
    CHECK(hits_text(hits, 1.25, 0) ==
          "POINTS  HIT            WHY\n"
          "  +2.5  LINK_MISMATCH  a link leads elsewhere\n"
          "  +0.0  VIRUS          it carries a virus (\\x1b[31mBad)\n"
          "  -1.2  LEARNED_HAM    it is like mail that was wanted\n"
          "   1.2                 together\n");
    CHECK(hits_text({}, 0, 0) == "No check found anything.\n");
}

TEST_CASE("list entries and settings are explained in words", "[explain]")
{
    CHECK(explanation_text({}).empty());
    CHECK(explanation_text(allowed_explanation()) ==
          "Decided by entry 7 on the allow list of the domain example.org, sender "
          "bob@example.com (proved: dkim=example.com)\n"
          "Changed nothing, because the sender was not proven: entry 8 on the allow list of the "
          "site, sender @example.net (it asks for dmarc=example.net)\n"
          "The sender proved spf=bounce.example\n"
          "Setting hold_at was chosen by the address ann@example.org\n"
          "Note: a note\n");
}

TEST_CASE("an owner is written as a command line takes it", "[explain]")
{
    CHECK(owner_text(Owner::site()) == "*");
    CHECK(owner_text(Owner::domain("example.org")) == "@example.org");
    CHECK(owner_text(Owner::address("ann@example.org")) == "ann@example.org");
    CHECK(owner_text(Owner::tenant(3)) == "tenant:3");
    CHECK(owner_text(Owner::account(17)) == "account:17");
}

TEST_CASE("hits as JSON have name, points and why", "[json]")
{
    CHECK(json_of(hits).dump() ==
          R"j([{"name":"LEARNED_HAM","points":-1.25,"why":"it is like mail that was wanted"},)j"
          R"j({"name":"VIRUS","points":0.0,"why":"it carries a virus (\u001b[31mBad)"},)j"
          R"j({"name":"LINK_MISMATCH","points":2.5,"why":"a link leads elsewhere"}])j");
    CHECK(json_of(std::vector<Hit>{}).dump() == "[]");
}

TEST_CASE("an explanation as JSON says null where nothing decided", "[json]")
{
    CHECK(
        json_of(Explanation{}).dump() ==
        R"({"list_entry":null,"unproven":[],"settings":[],"note":"","proved":null,"warned":null})");
    const auto json = json_of(allowed_explanation());
    CHECK(json.at("list_entry").at("kind") == "allow");
    CHECK(json.at("list_entry").at("owner") == "domain:example.org");
    CHECK(json.at("unproven").size() == 1);
    CHECK(json.at("settings").at(0).at("owner") == "address:ann@example.org");
}

TEST_CASE("numbers are printed as people write them", "[json]")
{
    CHECK(rounded(7.4000000000000004, 3) == 7.4);
    CHECK(rounded(-0.0001, 3) == 0.0);
    CHECK_FALSE(std::signbit(rounded(-0.0001, 3)));
    CHECK(rounded(std::numeric_limits<double>::infinity(), 3) == 0.0);
    CHECK(rounded(std::numeric_limits<double>::quiet_NaN(), 3) == 0.0);
}

TEST_CASE("a bar shows how far long work is", "[progress]")
{
    CHECK(progress_line("releasing", 5, 20) == "releasing [#####---------------] 5/20");
    CHECK(progress_line("releasing", 20, 20) == "releasing [####################] 20/20");
    CHECK(progress_line("releasing", 30, 20) == "releasing [####################] 30/20");
    CHECK(progress_line("reading", 7, 0) == "reading 7");
}
