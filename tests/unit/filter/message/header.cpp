#include "base/text.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

Message with_header(const std::string& header) { return read_message(header + "\r\n\r\ntext\r\n"); }

}  // namespace

TEST_CASE("a subject is decoded, whatever it is written in", "[message]")
{
    struct Row {
        const char* says;
        std::string field;
        std::string subject;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", "Minutes of the meeting", "Minutes of the meeting"},
        {"folded", "Minutes of\r\n the meeting", "Minutes of the meeting"},
        {"UTF-8 in Q", "=?UTF-8?Q?R=C3=A9union_de_mardi?=", "Réunion de mardi"},
        {"UTF-8 in B", "=?utf-8?B?0JfQsNGP0LLQutCw?=", "Заявка"},
        {"two words, the blank between them is not text",
         "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= =?UTF-8?Q?_aus_K=C3=B6ln?=", "Grüße aus Köln"},
        {"two words over two lines",
         "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?UTF-8?Q?_aus_K=C3=B6ln?=", "Grüße aus Köln"},
        {"ISO-8859-1", "=?iso-8859-1?Q?Caf=E9?=", "Café"},
        {"ISO-2022-JP", "=?ISO-2022-JP?B?GyRCJCpDTiRpJDsbKEI=?=", "お知らせ"},
        {"Shift_JIS", "=?Shift_JIS?B?gqiSbYLngrk=?=", "お知らせ"},
        {"GB2312", "=?GB2312?B?zajWqg==?=", "通知"},
        {"KOI8-R", "=?koi8-r?B?+sHR18vB?=", "Заявка"},
        {"EUC-KR", "=?euc-kr?B?vsizu8DUtM+02Q==?=", "안내입니다"},
        {"raw UTF-8", "Réunion", "Réunion"},
        {"raw ISO-8859-1", "R\xE9union", "Réunion"},
        {"raw windows-1252", "100 \x80", "100 €"},
        {"line ends in an encoded word", "=?UTF-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"},
        {"not an encoded word", "=?what", "=?what"},
        {"right to left", "=?UTF-8?B?16nXnNeV150=?=", "שלום"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(with_header("From: a@example.org\r\nSubject: " + row.field).subject == row.subject);
    }
}

TEST_CASE("encoded words that change their charset without end are text as it stands", "[message]")
{
    std::string field;
    for (int count = 0; count < 15; ++count) field += "=?iso-8859-1?Q?=E9?= =?utf-8?Q?x?= ";
    const auto subject = with_header("Subject: " + field).subject;
    CHECK(subject.starts_with("éxéxéxéxéxéxéxéxéxéx"));
    CHECK(subject.ends_with("=_iso-8859-1?Q?=E9?= =_utf-8?Q?x?="));
}

TEST_CASE("what cannot be decoded is still text", "[message]")
{
    const auto field = GENERATE(values<std::string>(
        {"=?x-nothing?B?AAAA?=", "=?UTF-8?B?%%%%?=", "=?UTF-8?Q?=FF=FE?=", "=?UTF-8?B?AAAA?=",
         std::string{"a\0b", 3}, "\xFF\xFE\xFD", "=?utf-16?B?AAAA?=", "=?utf-7?Q?+ADw-?="}));
    const auto subject = with_header("Subject: " + field).subject;
    CHECK(subject == valid_utf8(subject));
    CHECK(subject.find('\0') == std::string::npos);
    CHECK(subject.find('\n') == std::string::npos);
}

TEST_CASE("From is decoded for people, and its addresses are found", "[message]")
{
    struct Row {
        const char* says;
        std::string field;
        std::string from;
        std::vector<std::string> addresses;
    };
    const auto row = GENERATE(values<Row>({
        {"address", "bob@example.org", "bob@example.org", {"bob@example.org"}},
        {"name and address", "Bob <Bob@Example.org>", "Bob <Bob@Example.org>", {"bob@example.org"}},
        {"quoted",
         "\"Smith, Bob\" <bob@example.org>",
         "Smith, Bob <bob@example.org>",
         {"bob@example.org"}},
        {"encoded",
         "=?UTF-8?Q?J=C3=BCrgen?= <j@example.org>",
         "Jürgen <j@example.org>",
         {"j@example.org"}},
        {"two",
         "a@example.org, b@example.com",
         "a@example.org, b@example.com",
         {"a@example.org", "b@example.com"}},
        {"a group",
         "Team: a@example.org, b@example.com;",
         "Team:, a@example.org, b@example.com",
         {"a@example.org", "b@example.com"}},
        {"no address", "The boss", "The boss", {}},
        {"empty", "", "", {}},
        {"a comment", "bob@example.org (Bob)", "Bob <bob@example.org>", {"bob@example.org"}},
        {"an address in the name",
         "\"info@bank.example\" <x@evil.test>",
         "info@bank.example <x@evil.test>",
         {"x@evil.test"}},
        {"IDN",
         "Post <post@b\xC3\xBC"
         "cher.example>",
         "Post <post@bücher.example>",
         {"post@xn--bcher-kva.example"}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message = with_header("Subject: x\r\nFrom: " + row.field);
        CHECK(message.from == row.from);
        std::vector<std::string> keys;
        for (const auto& address : message.from_addresses) keys.push_back(address.key());
        CHECK(keys == row.addresses);
    }
}

TEST_CASE("several From fields give all their addresses", "[message]")
{
    const auto message = with_header("From: a@example.org\r\nfrom: b@example.com");
    CHECK(message.from == "a@example.org, b@example.com");
    CHECK(message.from_addresses.size() == 2);
}

TEST_CASE("where From is no address list, who may be shown as the author is known", "[message]")
{
    struct Row {
        const char* says;
        std::string field;
        std::vector<std::string> read;      // those of Message::from_addresses
        std::vector<std::string> apparent;  // those of Message::apparent_authors
    };
    const auto row = GENERATE(values<Row>({
        {"an address", "bob@a.example", {"bob@a.example"}, {}},
        {"a name that is no phrase", "Offers :) <a@b.example>", {}, {"a@b.example"}},
        {"square brackets", "[Shop] <a@b.example>", {}, {"a@b.example"}},
        {"an address for a name that is no phrase",
         "[x] c@d.example <a@b.example>",
         {},
         {"a@b.example"}},
        {"nothing in the brackets", "[x] a@b.example <>", {}, {"a@b.example"}},
        {"a backslash", "Foo \\ Bar <a@b.example>", {}, {"a@b.example"}},
        {"dots", "<sp..am@b.example>", {}, {"sp..am@b.example"}},
        {"a dot in front", ".a@b.example", {}, {".a@b.example"}},
        {"a name in brackets", "<ALICE B.>alice932@b.example", {}, {"alice932@b.example"}},
        {"a comment without an end", "Foo (bar <a@b.example>", {}, {"a@b.example"}},
        {"two, one in a comment without an end",
         "a@b.example (Service, c@d.example",
         {"c@d.example"},
         {"a@b.example", "c@d.example"}},
        {"many colons", "\"" + std::string(30, ':') + "\" <a@b.example>", {}, {"a@b.example"}},
        {"a comment of many colons",
         "(" + std::string(30, ':') + ") a@b.example",
         {},
         {"a@b.example"}},
        {"longer than anybody writes it",
         "a@b.example, \"" + std::string(9'000, 'x') + "\" <c@d.example>",
         {},
         {"a@b.example", "c@d.example"}},
        {"words", "The boss", {}, {}},
        {"signs only", std::string(60'000, '@'), {}, {}},
    }));
    CAPTURE(row.says);
    const auto bytes = "From: " + row.field + "\r\n\r\nHello.\r\n";
    const auto message = read_message(bytes, {});
    const auto keys = [](const std::vector<Address>& addresses) {
        std::vector<std::string> all;
        for (const auto& address : addresses) all.push_back(address.key());
        return all;
    };
    CHECK(keys(message.from_addresses) == row.read);
    CHECK(keys(message.apparent_authors) == row.apparent);
    if (row.read.empty()) CHECK_FALSE(message.has_one_author());
    const auto* shown = message.shown_author();
    REQUIRE((shown != nullptr) == !(row.read.empty() && row.apparent.empty()));
    if (shown) CHECK(test::has(message.from, shown->domain));
}

TEST_CASE("an author is one when no reader can see another", "[message]")
{
    struct Row {
        const char* says;
        std::string field;
        bool is_one;
    };
    const auto row = GENERATE(values<Row>({
        {"an address", "bob@a.example", true},
        {"a name", "Bob <bob@a.example>", true},
        {"an address for a name", "bob@a.example <bob@a.example>", true},
        {"a comma in a name", "Doe, John <john@a.example>", true},
        {"quotes", "\"bob@b.example, \\\"Bob\" <bob@a.example>", true},
        {"comments", "bob@a.example (bob@b.example, (Bob\\) Bob))", true},
        {"folded", "Bob\r\n <bob@a.example>\r\n ", true},
        {"an empty one behind it", "bob@a.example, ", true},
        {"a group", "Team: bob@a.example;", true},
        {"two", "bob@a.example, eve@evil.test", false},
        {"one that cannot be read", "ceo@bank..example, eve@evil.test", false},
        {"behind it", "eve@evil.test, <ceo@bank..example>", false},
        {"without a comma", "ceo@bank..example eve@evil.test", false},
        {"with names", "CEO <ceo@bank..example>, Eve <eve@evil.test>", false},
        {"empty brackets between", "ceo@bank..example <> eve@evil.test", false},
        {"no domain", "ceo@, eve@evil.test", false},
        {"no local part", "@bank.example; eve@evil.test", false},
        {"an open quote", "\"ceo@bank.example, eve@evil.test", false},
        {"an open comment", "eve@evil.test (ceo@bank.example", false},
        {"none", "Bob", false},
    }));
    CAPTURE(row.says);
    const auto bytes = "From: " + row.field + "\r\n\r\nHello.\r\n";
    CHECK(read_message(bytes, {}).has_one_author() == row.is_one);
}

TEST_CASE("a List-Id is the part in brackets, in small letters", "[message]")
{
    struct Row {
        const char* says;
        std::string field;
        std::string id;
    };
    const auto row = GENERATE(values<Row>({
        {"with a description", "The News <News.Example.org>", "news.example.org"},
        {"bare", "news.example.org", "news.example.org"},
        {"words only", "our news list", ""},
        {"folded", "The News\r\n <news.example.org>", "news.example.org"},
        {"empty", "", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(with_header("List-Id: " + row.field).list_id == row.id); }
}

TEST_CASE("fields are found by name, in any case, in order", "[message]")
{
    const std::string bytes = "X-A: 1\nsubject: s\nx-a: 2\n\nbody";
    const auto message = read_message(bytes);
    CHECK(message.field("X-a") == " 1");
    CHECK(message.fields("x-A") == std::vector<std::string_view>{" 1", " 2"});
    CHECK(message.field("x-b") == std::nullopt);
    CHECK(message.header.body == "body");
}
