#include "milter/filter/rules/evals/locales.hpp"
#include "milter/filter/rules/evals/word_shape.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/sender_case.hpp"

using namespace lazaret::filter::rules;

TEST_CASE("words have a shape", "[sender_evals]")
{
    struct Row {
        std::string text;
        const char* shape;
        bool fits;
    };
    const auto row = GENERATE(values<Row>({
        {"x by a.test with HTTP; y", "by ?*.test with HTTP", true},
        {"x by\n\ta.test   with HTTP", "by ?*.test with HTTP", true},
        {"standby a.test with HTTPS", "by ?*.test with HTTP", true},
        {"standby a.test with HTTP", "^by ?*.test with HTTP", false},
        {"by a.test with HTTPS", "by ?*.test with HTTP$", false},
        {"by .test with HTTP", "by ?*.test with HTTP", false},
        {"by a.b.test.test with HTTP", "by *.test with HTTP", true},
        {"(qmail 77 invoked by uid 0)", "qmail # invoked by uid #", true},
        {"(qmail x invoked by uid 0)", "qmail # invoked by uid #", false},
        {"from [192.0.2.1] by", "from [%] by", true},
        {"from [2001:db8::1] by", "from [%] by", true},
        {"from [192.0.2.300] by", "from [%] by", false},
        {"by 10.1 by 10.2 id", "by 10.# id", true},
        {"", "by", false},
        {"   ", "by", false},
        {std::string(300, 'a'), "b", false},
    }));
    DYNAMIC_SECTION(row.text.substr(0, 40) << " / " << row.shape)
    {
        CHECK(has_words(row.text, row.shape) == row.fits);
    }
}

TEST_CASE("charsets are of the locales that are expected", "[sender_evals]")
{
    const ExpectedCharsets russian{"en ru_RU"};
    CHECK(russian.has("KOI8-R"));
    CHECK(russian.has("utf-8"));
    CHECK(russian.has("=3Diso-8859-15"));
    CHECK_FALSE(russian.has("gb2312"));
    CHECK_FALSE(russian.has(""));
    CHECK(ExpectedCharsets{"en all"}.has("gb2312"));
    CHECK(ExpectedCharsets{""}.are_all());
    CHECK(has_faraway_word("a =?utf-8?q?b?= =?big5?B?c?=", russian));
    CHECK_FALSE(has_faraway_word("a =?utf-8?q?b?= =?koi8-r?B?c?=", russian));
    CHECK_FALSE(has_faraway_word("a =?big5?B?c\n?=", russian));
    std::string endless;
    for (int at = 0; at < 50'000; ++at) endless += "=?x";
    CHECK_FALSE(has_faraway_word(endless, russian));
    CHECK(charset_in("text/plain; Charset=\"big5\"") == "big5");
    CHECK(charset_in("text/plain; charset=big5; x=y") == "big5;");
    CHECK(charset_in("text/plain").empty());
}

TEST_CASE("header fields are asked", "[sender_evals]")
{
    struct Row {
        const char* says;
        const char* function;
        std::vector<std::string> arguments;
        SenderCase::Headers headers;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"two subjects",
         "check_header_count_range",
         {"Subject", "2", "999"},
         {{"Subject", {"a\n", "b\n"}}},
         1},
        {"the same twice",
         "check_header_count_range",
         {"Subject", "2", "999"},
         {{"Subject", {"a\n", "a\n"}}},
         0},
        {"raw 8-bit",
         "check_illegal_chars",
         {"Subject", "0.00", "2"},
         {{"Subject:raw", {"\xe4\xe4 x\n"}}},
         1},
        {"UTF-8",
         "check_illegal_chars",
         {"Subject", "0.00", "2"},
         {{"Subject:raw", {"\xc3\xa4\xc3\xa4\n"}}},
         0},
        {"UTF-8 with controls",
         "check_illegal_chars",
         {"Subject", "0.00", "2"},
         {{"Subject:raw", {"\xc3\xa4\x01\n"}}},
         1},
        {"too small a share",
         "check_illegal_chars",
         {"From", "0.20", "2"},
         {{"From:raw", {"\xe4\xe4 and a much longer text\n"}}},
         0},
        {"a pound sign",
         "check_illegal_chars",
         {"Subject", "0.00", "1"},
         {{"Subject:raw", {"\xa3 5\n"}}},
         0},
        {"no header", "check_illegal_chars", {"Subject", "0.00", "0"}, {}, 0},
        {"domains differ",
         "check_equal_from_domains",
         {},
         {{"From:addr", {"a@x.example.org"}}, {"EnvelopeFrom:addr", {"a@y.example.com"}}},
         1},
        {"hosts of one domain",
         "check_equal_from_domains",
         {},
         {{"From:addr", {"a@x.example.org"}}, {"EnvelopeFrom:addr", {"a@y.EXAMPLE.org"}}},
         0},
        {"an empty sender", "check_equal_from_domains", {}, {{"From:addr", {"a@x.example"}}}, 0},
        {"one address",
         "check_for_matching_env_and_hdr_from",
         {},
         {{"From:addr", {"A@example.org"}}, {"EnvelopeFrom:addr", {"a@example.org"}}},
         1},
        {"the recipient in the sender",
         "check_ratware_envelope_from",
         {},
         {{"To:addr", {"bob@mail.example.org"}},
          {"EnvelopeFrom:addr", {"example.org.bob@spam.test"}}},
         1},
        {"rewritten by SRS",
         "check_ratware_envelope_from",
         {},
         {{"To:addr", {"bob@example.org"}},
          {"EnvelopeFrom:addr", {"SRS0=x=example.org=bob@forward.test"}}},
         0},
        {"28 capitals",
         "check_ratware_name_id",
         {},
         {{"MESSAGEID", {"<ABCDEFGHIJKLMNOPQRSTUVWXYZAB.eve@spam.test>\n"}},
          {"From", {"\"Eve\" <eve@spam.test>\n"}}},
         1},
        {"27 capitals",
         "check_ratware_name_id",
         {},
         {{"MESSAGEID", {"<ABCDEFGHIJKLMNOPQRSTUVWXYZA.eve@spam.test>\n"}},
          {"From", {"\"Eve\" <eve@spam.test>\n"}}},
         0},
        {"no traces", "gated_through_received_hdr_remover", {}, {}, 1},
        {"ezmlm",
         "gated_through_received_hdr_remover",
         {},
         {{"Mailing-List", {"contact list-help@example.org; run by ezmlm\n"}},
          {"Delivered-To", {"mailing list list@example.org\n"}},
          {"Received", {"(qmail 7 invoked by uid 5); 1 Jan 2026 00:00:00 -0000\n"}}},
         1},
        {"another list",
         "gated_through_received_hdr_remover",
         {},
         {{"Mailing-List", {"list example.org; contact a@example.org\n"}},
          {"Received", {"from a by b\n"}}},
         0},
        {"an unsubscribe address",
         "check_messageid_not_usable",
         {},
         {{"List-Unsubscribe", {"<mailto:news-unsubscribe@example.org>\n"}},
          {"Received", {"from a by b\n"}}},
         1},
        {"no recipient", "check_for_missing_to_header", {}, {}, 1},
        {"a recipient", "check_for_missing_to_header", {}, {{"To", {"\n"}}}, 0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(SenderCase{row.headers}.ask(row.function, row.arguments) == row.answer);
    }
}

TEST_CASE("subjects are asked", "[sender_evals]")
{
    struct Row {
        std::string subject;
        const char* function;
        std::vector<std::string> arguments;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"BUY THIS NOW", "subject_is_all_caps", {}, 1},
        {"Re: fwd:BUY THIS NOW", "subject_is_all_caps", {}, 1},
        {"BUY THIS now", "subject_is_all_caps", {}, 0},
        {"BUYTHISNOWATONCE", "subject_is_all_caps", {}, 0},
        {"BUY NOW", "subject_is_all_caps", {}, 0},
        {"123 456 789 0", "subject_is_all_caps", {}, 0},
        {"bob", "check_for_to_in_subject", {"user"}, 1},
        {"bob, hello", "check_for_to_in_subject", {"user"}, 1},
        {"Bob, hello", "check_for_to_in_subject", {"user"}, 0},
        {"bob,hello", "check_for_to_in_subject", {"user"}, 0},
        {"RE: Bob", "check_for_to_in_subject", {"user"}, 1},
        {"re: dear bob", "check_for_to_in_subject", {"user"}, 1},
        {"re: my dear bob", "check_for_to_in_subject", {"user"}, 0},
        {", bob!", "check_for_to_in_subject", {"user"}, 1},
        {"hello bob", "check_for_to_in_subject", {"user"}, 0},
        {"for bob@example.org!", "check_for_to_in_subject", {"address"}, 1},
        {"for bob@example.organ", "check_for_to_in_subject", {"address"}, 0},
        {"the [Bug 77] again", "check_subject_in_welcomelist", {}, 1},
        {"the Bug 77 again", "check_subject_in_welcomelist", {}, 0},
        {"MAKE MONEY", "check_subject_in_blocklist", {}, 1},
        {"", "check_subject_in_blocklist", {}, 0},
    }));
    DYNAMIC_SECTION(row.function << ": " << row.subject)
    {
        SenderCase mail{{{"Subject", {row.subject + "\n"}}, {"To:addr", {"bob@example.org"}}},
                        {{"welcomelist_subject", "[bug *]"}, {"blocklist_subject", "make mon?y"}}};
        CHECK(mail.ask(row.function, row.arguments) == row.answer);
    }
}

TEST_CASE("a charset that looks like capitals excuses them", "[sender_evals]")
{
    SenderCase mail{
        {{"Subject", {"BUY THIS NOW\n"}}, {"Subject:raw", {"=?ISO-2022-JP?B?eA==?=\n"}}}};
    CHECK(mail.ask("subject_is_all_caps") == 0);
}

TEST_CASE("templates that nobody filled in are seen", "[sender_evals]")
{
    const auto ask = [](const char* lines) {
        return SenderCase{{{"ALL", {lines}}}}.ask("check_unresolved_template");
    };
    CHECK(ask("X-Mailer: %CUSTOM_PROGRAM\n") == 1);
    CHECK(ask("Subject: %CUSTOM_PROGRAM\n") == 0);
    CHECK(ask("Subject: a\n %CUSTOM_PROGRAM\n") == 1);
    CHECK(ask("X-Mailer: 100%C\n") == 0);
    CHECK(ask("%") == 0);
}

TEST_CASE("recipients are looked at beside each other", "[sender_evals]")
{
    const auto ask = [](const std::vector<std::string>& to, const char* function) {
        return SenderCase{{{"ToCc:addr", to}}}.ask(function, {"0.65", "undef"});
    };
    const std::vector<std::string> sorted = {"aa@a.test", "bb@a.test", "cc@a.test", "dd@a.test",
                                             "ee@a.test", "ff@a.test", "gg@a.test"};
    CHECK(ask(sorted, "sorted_recipients") == 1);
    CHECK(ask({sorted.rbegin(), sorted.rend()}, "sorted_recipients") == 0);
    CHECK(ask({sorted.begin(), sorted.begin() + 6}, "sorted_recipients") == 0);
    CHECK(ask(sorted, "similar_recipients") == 0);
    CHECK(ask({"bo1@a.test", "bo2@a.test", "bo3@a.test", "bo4@a.test", "bo5@a.test"},
              "similar_recipients") == 1);
    CHECK(ask({"a@a.test", "A@a.test", "a@a.test", "a@a.test", "a@a.test"}, "similar_recipients") ==
          0);
}
