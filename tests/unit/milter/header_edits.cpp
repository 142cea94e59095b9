#include "milter/header_edits.hpp"

#include <ostream>

#include "tests/support/catch.hpp"

namespace lazaret::milter {

static std::ostream& operator<<(std::ostream& out, const HeaderChange& change)
{
    return out << change.name << '[' << change.occurrence << "]=" << change.value;
}
static std::ostream& operator<<(std::ostream& out, const HeaderAddition& addition)
{
    return out << addition.name << '=' << addition.value;
}

}  // namespace lazaret::milter

using namespace lazaret;
using namespace lazaret::milter;

using Changes = std::vector<HeaderChange>;

TEST_CASE("what only we may say is taken off", "[header_edits]")
{
    struct Row {
        const char* says;
        const char* header;
        Changes out;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing to do", "From: a@example.org\r\nSubject: b\r\n", {}},
        {"a forged score", "X-Lazaret-Score: -99\r\n", {{"X-Lazaret-Score", 1, ""}}},
        {"in any case", "x-LAZARET-anything: 1\r\n", {{"x-LAZARET-anything", 1, ""}}},
        {"a blank before the colon", "X-Lazaret-Score : 1\r\n", {{"X-Lazaret-Score", 1, ""}}},
        {"the last of a name first",
         "X-Lazaret-A: 1\r\nx-lazaret-a: 2\r\nX-Lazaret-B: 3\r\n",
         {{"X-Lazaret-B", 1, ""}, {"x-lazaret-a", 2, ""}, {"X-Lazaret-A", 1, ""}}},
        {"only alike", "X-Lazarette: 1\r\nLazaret-Score: 2\r\n", {}},
        {"our results",
         "Authentication-Results: mx.example.org; dkim=pass\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"our results between others",
         "Authentication-Results: other.example; a=b\r\nauthentication-results: MX.example.org "
         "1;\r\n"
         "Authentication-Results: mx.example.org.evil.example; x=y\r\n",
         {{"authentication-results", 2, ""}}},
        {"behind a comment",
         "Authentication-Results: (a \\) (b)) mx.example.org; none\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"in quotes",
         "Authentication-Results: \"mx.example.org\"; none\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"in quotes, with a quoted pair",
         "Authentication-Results: \"mx\\.example.org\"; none\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"partly in quotes",
         "Authentication-Results: mx.\"example\".org; none\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"malformed behind the name",
         "Authentication-Results: mx.example.org; (((\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"no name to be read, and ours within",
         "Authentication-Results: ((( mx.example.org; dkim=pass\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"with a comment and blanks within",
         "Authentication-Results: mx (x).example. org 1; dkim=pass\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"folded",
         "Authentication-Results:\r\n\tmx.example.org;\r\n\tspf=pass\r\n",
         {{"Authentication-Results", 1, ""}}},
        {"a comment without an end", "Authentication-Results: (((\r\n", {}},
        {"empty", "Authentication-Results:\r\n", {}},
    }));

    DYNAMIC_SECTION(row.says)
    {
        const std::string message = std::string{row.header} + "\r\n";
        const auto cut = cut_header(message);
        CHECK(without_forgeries(cut.fields, "mx.example.org") == row.out);
    }
}

TEST_CASE("results in our name stay where a filter in front of us is believed to have written them",
          "[header_edits]")
{
    const auto cut = cut_header(
        "Authentication-Results: mx.example.org; dkim=pass\r\n"
        "Authentication-Results: mx.example.org; dmarc=pass\r\n"
        "Authentication-Results: mx.example.org; dkim=none\r\nX-Lazaret-A: 1\r\n\r\n");
    const std::vector<std::size_t> believed{0, 3};
    CHECK(without_forgeries(cut.fields, "mx.example.org", believed) ==
          Changes{{"X-Lazaret-A", 1, ""},
                  {"Authentication-Results", 3, ""},
                  {"Authentication-Results", 2, ""}});
}

TEST_CASE("without a name of our own, results stay", "[header_edits]")
{
    const auto cut =
        cut_header("Authentication-Results: mx.example.org; a=b\r\nX-Lazaret-A: 1\r\n\r\n");
    CHECK(without_forgeries(cut.fields, "") == Changes{{"X-Lazaret-A", 1, ""}});
}

TEST_CASE("of sealed mail only the seal is taken off", "[header_edits]")
{
    const auto cut =
        cut_header("X-Lazaret-Seal: k 1 m\r\nX-Lazaret-Score: 1\r\nX-LAZARET-SEAL: x\r\n\r\n");
    CHECK(without_seal(cut.fields) ==
          Changes{{"X-LAZARET-SEAL", 2, ""}, {"X-Lazaret-Seal", 1, ""}});
}

TEST_CASE("added fields carry facts of the message", "[header_edits]")
{
    CHECK(fact_fields(0.0, {}) == std::vector<HeaderAddition>{{"X-Lazaret-Score", "0.00"}});

    const std::vector<Hit> hits{{"LEARNED_SPAM", 4.25, "x"},
                                {"bad\nname", 1.0, ""},
                                {"", 1.0, ""},
                                {"NEWSLETTER", -0.5, ""}};
    const auto fields = fact_fields(3.75, hits);
    REQUIRE(fields.size() == 2);
    CHECK(fields[0] == HeaderAddition{"X-Lazaret-Score", "3.75"});
    CHECK(fields[1] == HeaderAddition{"X-Lazaret-Hits", "LEARNED_SPAM:4.2, NEWSLETTER:-0.5"});
    CHECK(hits_text(hits) == "LEARNED_SPAM:4.2,NEWSLETTER:-0.5");
    CHECK(hits_text({}) == "-");
}

TEST_CASE("many hits are folded, and bounded", "[header_edits]")
{
    const std::vector<Hit> hits(500, Hit{"A_RATHER_LONG_NAME", 1.0, ""});
    const auto fields = fact_fields(500.0, hits);
    REQUIRE(fields.size() == 2);
    const auto& value = fields[1].value;
    CHECK(value.size() < 2'200);
    std::size_t begin = 0;
    while (begin < value.size()) {
        const auto end = std::min(value.find('\n', begin), value.size());
        CHECK(end - begin < 80);
        if (begin > 0) CHECK(value[begin] == '\t');
        begin = end + 1;
    }
}

TEST_CASE("a mark is put before the subject once", "[header_edits]")
{
    struct Row {
        const char* says;
        const char* header;
        Changes changes;
        std::vector<HeaderAddition> additions;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "Subject: hello\r\n", {{"Subject", 1, "[Spam?] hello"}}, {}},
        {"encoded stays encoded",
         "SUBJECT:=?utf-8?q?caf=C3=A9?=\r\n",
         {{"SUBJECT", 1, "[Spam?] =?utf-8?q?caf=C3=A9?="}},
         {}},
        {"folds in libmilter's way",
         "Subject: a\r\n b\r\n\tc\r\n",
         {{"Subject", 1, "[Spam?] a\n b\n\tc"}},
         {}},
        {"marked before", "Subject: [Spam?] hello\r\n", {}, {}},
        {"the first of two", "Subject: a\r\nSubject: b\r\n", {{"Subject", 1, "[Spam?] a"}}, {}},
        {"none", "From: a@example.org\r\n", {}, {{"Subject", "[Spam?]"}}},
        {"empty", "Subject:\r\n", {{"Subject", 1, "[Spam?] "}}, {}},
    }));

    DYNAMIC_SECTION(row.says)
    {
        const std::string message = std::string{row.header} + "\r\n";
        const auto cut = cut_header(message);
        const auto marked = marked_subject(cut.fields, "[Spam?]");
        CHECK(marked.changes == row.changes);
        CHECK(marked.additions == row.additions);
    }
}
