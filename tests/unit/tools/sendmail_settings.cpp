#include "tools/lazaretctl/sendmail_settings.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::tools;

TEST_CASE("doctor judges Sendmail's settings", "[doctor]")
{
    struct Row {
        const char* says;
        std::string ours;
        std::string text;
        Health health;
        std::string part_of_what;
    };
    const std::string asked = "O InputMailFilters=opendkim,lazaret\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"all is well", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/lazaret/milter.sock, F=T, T=S:4m;R:5m;E:10m\n", Health::Ok,
         "has our socket"},
        {"its other word for a path", "/run/lazaret/milter.sock",
         asked + "Xlazaret, S=local:/run/lazaret/milter.sock, F=T\n", Health::Ok, "has our socket"},
        {"a path through a link", "unix:/proc/self/cwd/m.sock",
         asked + "Xlazaret, S=unix:" + std::filesystem::current_path().string() + "/m.sock, F=T\n",
         Health::Ok, "has our socket"},
        {"a port", "inet:8892@127.0.0.1", asked + "Xlazaret, S=inet:8892@localhost, F=T\n",
         Health::Ok, "has our socket"},
        {"nothing", "unix:/run/lazaret/milter.sock", "", Health::Problem, "does not ask us"},
        {"defined, not asked", "unix:/run/lazaret/milter.sock",
         "O InputMailFilters=opendkim\nXlazaret, S=unix:/run/lazaret/milter.sock, F=T\n",
         Health::Problem, "does not ask us"},
        {"asked, at another socket", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/other.sock, F=T\n", Health::Problem, "does not ask us"},
        {"a comment only", "unix:/run/lazaret/milter.sock",
         asked + "#Xlazaret, S=unix:/run/lazaret/milter.sock, F=T\n", Health::Problem,
         "does not ask us"},
        {"passes mail when we are away", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/lazaret/milter.sock, T=E:10m\n", Health::Warning,
         "passes unseen"},
        {"refuses when we are away", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/lazaret/milter.sock, F=R\n", Health::Warning, "refused"},
        {"closes connections when we are away", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/lazaret/milter.sock, F=4, T=R:5m;E:10m\n", Health::Ok,
         "mail waits"},
        {"gives up too early", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/lazaret/milter.sock, F=T, T=S:4m;R:5m;E:50s\n",
         Health::Problem, "timeout E is 50 s, not longer than [milter] judgement_budget (60 s)"},
        {"gives up too early at commands", "unix:/run/lazaret/milter.sock",
         asked + "Xlazaret, S=unix:/run/lazaret/milter.sock, F=T, T=R:2s\n", Health::Problem,
         "timeout R is 2 s, not longer"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Configuration settings;
        settings.milter.socket = row.ours;
        const auto findings = sendmail_findings(row.text, settings);
        auto worst = Health::Ok;
        for (const auto& finding : findings) {
            worst = std::max(worst, finding.health);
            CHECK((finding.health == Health::Ok) == finding.advice.empty());
        }
        CHECK(worst == row.health);
        CHECK(std::any_of(findings.begin(), findings.end(), [&](const auto& finding) {
            return finding.health == row.health &&
                   finding.what.find(row.part_of_what) != std::string::npos;
        }));
    }
}

TEST_CASE("where block lists refuse, Sendmail must wait for them at RCPT TO", "[doctor]")
{
    using namespace std::chrono_literals;
    const auto has_problem = [](const Configuration& settings) {
        const auto findings = sendmail_findings(
            "O InputMailFilters=lazaret\n"
            "Xlazaret, S=unix:/run/lazaret/milter.sock, F=T, T=R:20s;E:10m\n",
            settings);
        return std::any_of(findings.begin(), findings.end(), [](const auto& finding) {
            return finding.health == Health::Problem &&
                   finding.what == "its timeout R is 20 s, not longer than [dns] budget (20 s)";
        });
    };
    Configuration settings;
    settings.dns.budget = 20s;
    CHECK_FALSE(has_problem(settings));
    settings.dns.refuse_listed = {"zen.example"};
    CHECK(has_problem(settings));
    settings.dns.budget = 19s;
    CHECK_FALSE(has_problem(settings));
}
