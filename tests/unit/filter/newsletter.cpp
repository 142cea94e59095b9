#include "milter/filter/newsletter.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/print.hpp"

using namespace lazaret::filter;

TEST_CASE("a newsletter is known by its header", "[newsletter]")
{
    struct Row {
        const char* says;
        std::string header;
        bool bulk;
    };
    const std::string unsubscribe = "List-Unsubscribe: <https://news.example/u/1>\r\n";
    const std::string one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    const std::string list_id = "List-Id: News <news.example.org>\r\n";
    const std::string post = "List-Post: <mailto:talk@lists.example.org>\r\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"plain mail", "Subject: hello\r\n", false},
        {"a way to leave", unsubscribe, true},
        {"one click to leave", one_click, true},
        {"both", unsubscribe + one_click + list_id, true},
        {"any case", "LIST-UNSUBSCRIBE: <mailto:off@news.example>\r\n", true},
        {"an empty field", "List-Unsubscribe: \r\n", false},
        {"a list that talks", unsubscribe + list_id + post + "Precedence: list\r\n", false},
        {"a list that talks, with one click", unsubscribe + one_click + list_id + post, false},
        {"a list that may not talk", unsubscribe + list_id + "List-Post: NO (announcements)\r\n",
         true},
        {"a name and bulk, as old discussion lists", list_id + "Precedence: bulk\r\n", false},
        {"a name alone", list_id, false},
        {"bulk alone", "Precedence: bulk\r\n", false},
        {"a campaign and bulk", "Feedback-ID: 1:2:3:sender\r\nPrecedence: bulk\r\n", true},
        {"a campaign alone, as receipts bear", "Feedback-ID: 1:2:3:sender\r\n", false},
        {"a notice of a machine",
         "Feedback-ID: 1:2:3:sender\r\nPrecedence: bulk\r\nAuto-Submitted: auto-generated\r\n",
         false},
        {"in the body only", "Subject: x\r\n\r\nList-Unsubscribe: <https://news.example/>\r\n",
         false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Letter letter{row.header};
        CHECK(is_newsletter(letter.message) == row.bulk);
        Findings findings;
        newsletter_check().run(letter.mail(), findings);
        CHECK(findings.bulk == row.bulk);
        CHECK(findings.hits.size() == (row.bulk ? 1 : 0));
    }
}

TEST_CASE("the hit of a newsletter has no points, and names the list", "[newsletter]")
{
    Letter letter{"List-Unsubscribe: <https://news.example/>\r\n"};
    letter.message.list_id = "news.example.org";
    Findings findings;
    newsletter_check().run(letter.mail(), findings);
    REQUIRE(findings.hits.size() == 1);
    CHECK(findings.hits.front().name == "NEWSLETTER");
    CHECK(findings.hits.front().points == 0.0);
    CHECK(findings.hits.front().why ==
          "the message was sent to the readers of a list (news.example.org)");
}
