#include "milter/filter/assess.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/own_hits.hpp"
#include "milter/filter/score.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

std::vector<std::string> names(const Assessment& assessment)
{
    std::vector<std::string> all;
    for (const auto& hit : assessment.findings.hits) all.push_back(hit.name);
    return all;
}

Check check_with(std::string name, double points)
{
    return {"test", [hit = Hit{std::move(name), points, "because"}](
                        const Mail&, Findings& findings) { findings.hits.push_back(hit); }};
}

// Says what it is told to say; the real scanner has its own tests.
class ToldScanner final : public Scanner {
public:
    explicit ToldScanner(Report report) : report_{std::move(report)} {}
    Report scan(std::string_view) override
    {
        if (report_.why == "throw") throw std::runtime_error{"broken"};
        return report_;
    }
    [[nodiscard]] State state() const override { return {}; }
    bool reload_if_changed() override { return false; }

private:
    Report report_;
};

}  // namespace

TEST_CASE("the checks run in order and their points add up", "[assess]")
{
    const Letter letter{"Subject: x\r\n"};
    const std::vector<Check> checks = {check_with("A", 2.5), check_with("B", -1.0)};
    const auto assessment = assess(letter.mail(), checks);
    CHECK(names(assessment) == std::vector<std::string>{"A", "B"});
    CHECK(assessment.score == 1.5);
    CHECK(assess(letter.mail(), {}).score == 0.0);
}

TEST_CASE("a check that throws costs only itself", "[assess]")
{
    const Letter letter{"Subject: x\r\n"};
    const Check broken{"broken", [](const Mail&, Findings&) { throw std::runtime_error{"oops"}; }};
    const std::vector<Check> checks = {check_with("A", 1.0), broken, check_with("B", 1.0)};
    const auto assessment = assess(letter.mail(), checks);
    CHECK(names(assessment) == std::vector<std::string>{"A", "CHECK_FAILED", "B"});
    CHECK(assessment.score == 2.0);
}

TEST_CASE("who waits for the network ends when the others have run", "[assess]")
{
    const Letter letter{"Subject: x\r\n"};
    const auto waiting = [](const std::string& name) {
        return Check{"test", {}, [name](const Mail&, Findings& begun) {
                         begun.hits.push_back({name + " begins", 1.0, "because"});
                         return Check::Rest{[name](Findings& findings) {
                             findings.hits.push_back({name + " ends", 1.0, "because"});
                         }};
                     }};
    };
    const Check breaks{"broken", {}, [](const Mail&, Findings&) {
                           return Check::Rest{[](Findings&) { throw std::runtime_error{"oops"}; }};
                       }};
    const Check never_begins{"broken", {}, [](const Mail&, Findings&) -> Check::Rest {
                                 throw std::runtime_error{"oops"};
                             }};
    const std::vector<Check> checks = {waiting("A"), check_with("B", 1.0), breaks,
                                       never_begins, waiting("C"),         check_with("D", 1.0)};
    CHECK(names(assess(letter.mail(), checks)) ==
          std::vector<std::string>{"A begins", "B", "CHECK_FAILED", "C begins", "D", "A ends",
                                   "CHECK_FAILED", "C ends"});
}

TEST_CASE("what hindered the reading is a hit", "[assess]")
{
    using Names = std::vector<std::string>;
    Letter letter{"Subject: x\r\n"};
    SECTION("readable") { CHECK(names(assess(letter.mail(), {})).empty()); }
    SECTION("unreadable")
    {
        letter.message.readable = false;
        letter.message.unreadable_why = "no MIME";
        const auto assessment = assess(letter.mail(), {});
        CHECK(names(assessment) == Names{"UNREADABLE"});
        CHECK(assessment.findings.hits.front().why == "the message could not be read (no MIME)");
    }
    SECTION("cut short")
    {
        letter.message.cut_short = true;
        CHECK(names(assess(letter.mail(), {})) == Names{"TOO_COMPLEX"});
    }
    SECTION("too large, and so cut short")
    {
        letter.message.cut_short = true;
        auto mail = letter.mail();
        CHECK(names(assess({mail.envelope, mail.bytes, mail.message, true}, {})) ==
              Names{"TOO_LARGE_TO_SCAN"});
    }
}

TEST_CASE("of a message that is too large whole lines are judged", "[assess]")
{
    struct Row {
        const char* says;
        std::string bytes;
        std::size_t most;
        std::size_t judged;
    };
    const std::string lines = "Subject: x\r\n\r\none\r\ntwo\r\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"all of it", lines, lines.size(), lines.size()},
        {"up to a line's end", lines, lines.size() - 5, lines.size() - 5},
        {"not a part of a line", lines, lines.size() - 1, lines.size() - 5},
        {"a part of a long line", lines + std::string(3'000, 'x'), 2'000, 2'000},
        {"no line", std::string(100, 'x'), 50, 50},
        {"nothing", "", 50, 0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Letter letter{""};
        const auto mail = mail_within(row.most, letter.envelope, row.bytes, letter.message);
        CHECK(mail.bytes == row.bytes.substr(0, row.judged));
        CHECK(mail.too_large == (row.bytes.size() > row.most));
    }
}

TEST_CASE("the antivirus check says what the scanner found", "[assess][antivirus]")
{
    using Names = std::vector<std::string>;
    struct Row {
        const char* says;
        Scanner::Report report;
        Scan scan;
        bool dangerous;
        Names hits;
    };
    const auto row = GENERATE(values<Row>({
        {"clean", {Scan::Clean, false, "", ""}, Scan::Clean, false, {}},
        {"a virus", {Scan::Infected, false, "Test.Virus", ""}, Scan::Infected, false, {"VIRUS"}},
        {"unscanned",
         {Scan::Unscanned, false, "", "away"},
         Scan::Unscanned,
         false,
         {"NOT_SCANNED"}},
        {"an encrypted archive",
         {Scan::Clean, true, "Heuristics.Encrypted.Zip", ""},
         Scan::Clean,
         true,
         {"DANGEROUS_CONTENT"}},
        {"a scanner that breaks",
         {Scan::Clean, false, "", "throw"},
         Scan::Unscanned,
         false,
         {"CHECK_FAILED"}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Letter letter{"Subject: x\r\n"};
        const std::vector<Check> checks = {
            antivirus_check(std::make_shared<ToldScanner>(row.report))};
        const auto assessment = assess(letter.mail(), checks);
        CHECK(assessment.findings.scan == row.scan);
        CHECK(assessment.findings.dangerous == row.dangerous);
        CHECK(names(assessment) == row.hits);
    }
}

TEST_CASE("no antivirus is asked about what is too large", "[assess][antivirus]")
{
    const Letter letter{"Subject: x\r\n"};
    const auto mail = letter.mail();
    const std::vector<Check> checks = {antivirus_check(
        std::make_shared<ToldScanner>(Scanner::Report{Scan::Infected, false, "V", ""}))};
    CHECK(assess({mail.envelope, mail.bytes, mail.message, true}, checks).findings.scan ==
          Scan::Skipped);
}

TEST_CASE("a detail of a hit is text for a line, whatever it was made of", "[assess]")
{
    struct Row {
        const char* says;
        std::string detail;
        std::string why;
    };
    const std::string sentence{info(OwnHit::Virus).sentence};
    const auto row = GENERATE_COPY(values<Row>({
        {"none", "", sentence},
        {"plain", "Eicar", sentence + " (Eicar)"},
        {"line ends and NUL", std::string{"a\r\nb\0c\x7F", 7},
         sentence + " (a  b\xEF\xBF\xBD"
                    "c )"},
        {"invalid UTF-8", "a\xFF", sentence + " (a\xEF\xBF\xBD)"},
        {"long", std::string(500, 'x'), sentence + " (" + std::string(200, 'x') + ")"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(own_hit(OwnHit::Virus, row.detail).why == row.why); }
}

TEST_CASE("points that are no number count as none", "[assess]")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Hit> hits = {
        {"A", 1.5, ""}, {"B", nan, ""}, {"C", infinity, ""}, {"D", -infinity, ""}, {"E", -0.5, ""}};
    CHECK(total(hits) == 1.0);
    CHECK(total({}) == 0.0);
}
