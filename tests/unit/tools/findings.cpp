#include "tools/lazaretctl/findings.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tools/lazaretctl/database_findings.hpp"
#include "tools/lazaretctl/sign_in_findings.hpp"

using namespace lazaret;
using namespace lazaret::tools;

namespace {

const Finding well{Health::Ok, "disk", "7 GB free", "", false};
const Finding odd{Health::Warning, "postfix", "accepts unseen", "postconf -e ...", false};
const Finding wrong{Health::Problem, "key", "open to others", "chmod 0640", false};
const Finding away{Health::Problem, "database", "no answer", "start it", true};

store::DatabaseFacts healthy_database()
{
    store::DatabaseFacts facts;
    facts.server_version = "15.10 (Debian 15.10-0+deb12u1)";
    facts.host = "/run/postgresql";
    facts.user = "lazaret";
    facts.schema.known = facts.schema.present = 3;
    facts.days_ahead = 16;
    facts.days_needed = 14;
    facts.protected_domains = 2;
    facts.model_version = 9;
    return facts;
}

}  // namespace

TEST_CASE("the exit code says whether waiting helps", "[doctor]")
{
    struct Row {
        const char* says;
        Findings findings;
        int code;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", {}, 0},
        {"all well", {well}, 0},
        {"warnings are no failure", {well, odd}, 0},
        {"something is away", {odd, away}, 75},
        {"something must be set up", {wrong}, 78},
        {"both", {wrong, away}, 78},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(exit_code(row.findings) == row.code); }
}

TEST_CASE("findings are a line each, and what to do below", "[doctor]")
{
    CHECK(findings_text(Findings{well, wrong}, false) ==
          "ok       disk       7 GB free\n"
          "problem  key        open to others\n"
          "                    chmod 0640\n");
    const Finding hostile{Health::Problem, "submission", "greets \x1b[2J", "", true};
    CHECK(findings_text(Findings{hostile}, false).find('\x1b') == std::string::npos);
    CHECK(findings_text(Findings{well}, true).find("\x1b[32mok") == 0);
}

TEST_CASE("findings as JSON", "[doctor]")
{
    const auto json = json_of(Findings{well, away});
    CHECK(json.at("healthy") == false);
    CHECK(json.at("findings").size() == 2);
    CHECK(json.at("findings").at(1).at("health") == "problem");
    CHECK(json_of(Findings{well}).at("healthy") == true);
}

TEST_CASE("doctor judges the facts of the database", "[doctor]")
{
    struct Row {
        const char* says;
        void (*change)(store::DatabaseFacts&);
        int code;
        std::size_t not_ok;
    };
    const auto row = GENERATE(values<Row>({
        {"all well", [](store::DatabaseFacts&) {}, 0, 0},
        {"no schema", [](store::DatabaseFacts& f) { f.schema.present = 0; }, 78, 1},
        {"older", [](store::DatabaseFacts& f) { f.schema.present = 2; }, 78, 1},
        {"newer", [](store::DatabaseFacts& f) { f.schema.present = 4; }, 78, 1},
        {"a role missing", [](store::DatabaseFacts& f) { f.missing_roles = {"lazaret_milter"}; },
         78, 1},
        {"a right missing", [](store::DatabaseFacts& f) { f.missing_rights = {"x may not y"}; }, 78,
         1},
        {"too many rights", [](store::DatabaseFacts& f) { f.excess_rights = {"x may y"}; }, 0, 1},
        {"too little room ahead", [](store::DatabaseFacts& f) { f.days_ahead = 3; }, 0, 1},
        {"rows in the default", [](store::DatabaseFacts& f) { f.rows_in_default = 1; }, 0, 1},
        {"late with dropping", [](store::DatabaseFacts& f) { f.expired_partitions = 1; }, 0, 1},
        {"releases stuck", [](store::DatabaseFacts& f) { f.releasing_too_long = 1; }, 0, 1},
        {"votes wait", [](store::DatabaseFacts& f) { f.votes_waiting_hours = 3; }, 0, 1},
        {"votes of this hour", [](store::DatabaseFacts& f) { f.votes_waiting_hours = 1; }, 0, 0},
        {"another encoding", [](store::DatabaseFacts& f) { f.encoding = "LATIN1"; }, 78, 1},
        {"fsync off", [](store::DatabaseFacts& f) { f.fsync = false; }, 78, 1},
        {"nothing protected", [](store::DatabaseFacts& f) { f.protected_domains = 0; }, 0, 1},
        {"nothing learned", [](store::DatabaseFacts& f) { f.model_version = 0; }, 0, 1},
        {"a clock that is ahead",
         [](store::DatabaseFacts& f) { f.clock_difference = std::chrono::minutes{2}; }, 0, 1},
        {"a clock that is behind",
         [](store::DatabaseFacts& f) { f.clock_difference = std::chrono::seconds{-9}; }, 0, 1},
        {"a clock as good as ours",
         [](store::DatabaseFacts& f) { f.clock_difference = std::chrono::milliseconds{400}; }, 0,
         0},
        {"an old server", [](store::DatabaseFacts& f) { f.server_version = "14.2"; }, 78, 1},
    }));
    DYNAMIC_SECTION(row.says)
    {
        auto facts = healthy_database();
        row.change(facts);
        const auto findings = database_findings(facts);
        CHECK(exit_code(findings) == row.code);
        std::size_t not_ok = 0;
        for (const auto& finding : findings) {
            not_ok += finding.health == Health::Ok ? 0U : 1U;
            CHECK((finding.health == Health::Ok) == finding.advice.empty());
        }
        CHECK(not_ok == row.not_ok);
    }
}

TEST_CASE("doctor counts one of a thing as one", "[doctor]")
{
    auto facts = healthy_database();
    const auto text_for = [&](std::int64_t count) {
        facts.held = facts.rows_in_default = facts.releasing_too_long = count;
        facts.protected_domains = facts.expired_partitions = static_cast<int>(count);
        std::string all;
        for (const auto& finding : database_findings(facts)) all += finding.what + '\n';
        return all;
    };
    for (const auto* of : {"message", "row", "released message", "domain", "expired day"}) {
        INFO(of);
        CHECK(text_for(1).find(fmt::format("1 {}s", of)) == std::string::npos);
        CHECK(text_for(1).find(fmt::format("1 {}", of)) != std::string::npos);
        CHECK(text_for(2).find(fmt::format("2 {}s", of)) != std::string::npos);
    }
}

TEST_CASE("what the portal says of servers for passwords becomes findings", "[doctor]")
{
    const auto found = sign_in_findings(
        "ok: imaps://a.example\ntrouble: ldaps://b.example: Can't contact LDAP server\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].health == Health::Ok);
    CHECK(found[0].what == "imaps://a.example answers");
    CHECK(found[1].health == Health::Problem);
    CHECK(found[1].what == "ldaps://b.example: Can't contact LDAP server");
    CHECK(exit_code(found) == 75);
    CHECK(sign_in_findings("").empty());
    REQUIRE(sign_in_findings(std::nullopt).size() == 1);
    CHECK(sign_in_findings(std::nullopt)[0].health == Health::Warning);
}
