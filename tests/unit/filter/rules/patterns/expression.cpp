#include "milter/filter/rules/patterns/expression.hpp"

#include <chrono>
#include <string>

#include "base/processor_time.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/repeated.hpp"

namespace lazaret::filter::rules {
namespace {

using test::repeated;

TEST_CASE("a pattern is read as rule files write it", "[patterns]")
{
    struct Row {
        const char* text;
        const char* pattern;  // null: it is none
        const char* flags;
    };
    const auto row = GENERATE(values<Row>({
        {"/a/", "a", ""},
        {" /a b/i ", "a b", "i"},
        {"/a\\/b/isx", "a\\/b", "isx"},
        {"m{a{1,3}}i", "a{1,3}", "i"},
        {"m!a/b!", "a/b", ""},
        {"qr(a(b))m", "a(b)", "m"},
        {"qr'a'", "a", ""},
        {"/a/ii", "a", "i"},
        {"/a/go", "a", ""},
        {"//", "", ""},
        {"/a\\\\/", "a\\\\", ""},
        {"/a/b/", nullptr, ""},
        {"/a", nullptr, ""},
        {"a/", nullptr, ""},
        {"", nullptr, ""},
        {"/", nullptr, ""},
        {"m", nullptr, ""},
        {"/a/e", nullptr, ""},
        {"/a/z", nullptr, ""},
        {"m\\a\\", nullptr, ""},
        {"/(?{ die })/", nullptr, ""},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto pattern = read_pattern(row.text);
        REQUIRE(pattern.has_value() == (row.pattern != nullptr));
        if (!pattern) {
            CHECK_FALSE(pattern.error().empty());
            return;
        }
        CHECK(pattern->text == row.pattern);
        CHECK(pattern->flags == row.flags);
    }
}

// Each answer is what Perl 5.36 says with /aa to the bytes.
TEST_CASE("an expression means what it means to Perl", "[patterns]")
{
    struct Row {
        const char* text;
        const char* flags;
        std::string subject;
        bool matches;
    };
    const auto row = GENERATE(values<Row>({
        {"^b", "", "a\nb", false},
        {"^b", "m", "a\nb", true},
        {"a$", "", "a\n", true},
        {"a$", "", "a\nb", false},
        {"a\\z", "", "a\n", false},
        {"a\\Z", "", "a\n", true},
        {"a.b", "", "a\nb", false},
        {"a.b", "s", "a\nb", true},
        {"a b # c", "x", "ab", true},
        {"a{,3}b", "", "b", true},
        {"[[:alpha:]{,3}]Q", "", "0Q", false},
        {"[[:alpha:]{,3}]Q", "", "{Q", true},
        {"[[:alpha:]{,3}]Q", "", "aQ", true},
        {"^a{ 1, 2 }$", "", "aa", true},
        {"a{,b", "", "a{,b", true},
        {"\\w", "", "\xe9", false},
        {"\\s", "", "\xa0", false},
        {"\\h", "", "\xa0", true},
        {"\\s", "", "\x0b", true},
        {"\xe9", "i", "\xc9", true},
        {"\\xe9", "i", "\xc9", true},
        {"\xe9", "", "\xc9", false},
        {"[\\xe0-\\xef]", "i", "\xc9", true},
        {"[^\\xe9]", "i", "\xc9", false},
        {"[[:digit:]\\xe9]z", "i", "\xc9z", true},
        {"[[:digit:]\\xe9]z", "i", "a]z", false},
        {"[[:]\\xe9z", "i", ":\xc9z", true},
        {"\xd7", "i", "\xf7", false},
        {"\xdf", "i", "ss", false},
        {"(?i)A", "", "a", true},
        {"(?i:a)b", "", "AB", false},
        {"(?^:a)", "i", "A", false},
        {"(?<one>a)\\k<one>", "", "aa", true},
        {"(a)\\1", "", "aa", true},
        {"a++a", "", "aaa", false},
        {"(?>a+)b", "", "aab", true},
        {"(?<=a|bc)d", "", "bcd", true},
        {"foo\\Kbar", "", "foobar", true},
        {"\\Ra", "", "\r\na", true},
        {"^\\X$", "", "e", true},
        {"[[:alpha:]]", "", "\xe9", false},
        {"[[:^alpha:]]", "", "a", false},
        {"\\x{41}", "", "A", true},
        {"\\bq\\b", "", "\xe9q\xe9", true},
        {"a@b", "", "a@b", true},
        {"a(?!b)", "", "ab", false},
        {"(\\((?:[^()]|(?1))*\\))x", "", "(a(b))x", true},
    }));
    DYNAMIC_SECTION(row.text << " flags " << row.flags << " on " << row.subject)
    {
        const auto expression = Expression::compile({row.text, row.flags});
        REQUIRE(expression);
        CHECK(expression->matches(row.subject) == row.matches);
    }
}

TEST_CASE("what is wrong with an expression is said with its place", "[patterns]")
{
    for (const char* text :
         {"a(b", "a[b", "*a", "(?<=a+)b", "a\\", "(*ANYCRLF)a", "(*LIMIT_MATCH=9)a"}) {
        INFO(text);
        const auto expression = Expression::compile({text, ""});
        REQUIRE_FALSE(expression);
        CHECK_THAT(expression.error(), Catch::Contains("at character"));
    }
    CHECK(Expression::compile({"(*COMMIT)a", ""}));
}

TEST_CASE("matches are counted as Perl's /g finds them", "[patterns]")
{
    struct Row {
        const char* text;
        const char* subject;
        std::uint32_t most;
        std::uint32_t count;
    };
    const auto row = GENERATE(values<Row>({
        {"a", "banana", 10, 3},
        {"a", "banana", 2, 2},
        {"a*", "baac", 10, 4},
        {"", "abc", 10, 4},
        {"\\b", "ab cd", 10, 4},
        {"x", "", 10, 0},
        {"^", "", 10, 1},
        {"(?=a)", "aaa", 10, 3},
        {"aa", "aaaaa", 10, 2},
    }));
    DYNAMIC_SECTION(row.text << " in " << row.subject)
    {
        const auto expression = Expression::compile({row.text, ""});
        REQUIRE(expression);
        CHECK(expression->count(row.subject, row.most) == row.count);
    }
}

TEST_CASE("parts of a match are given, those that took none as npos", "[patterns]")
{
    const auto expression = Expression::compile({"(?<low>a)|(b)", ""});
    REQUIRE(expression);
    std::vector<Expression::Part> parts;
    REQUIRE(expression->find("xxb", 1, parts));
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].begin == 2);
    CHECK(parts[1].begin == std::string::npos);
    CHECK(parts[2].end == 3);
    CHECK_FALSE(expression->find("xxb", 3, parts));
    CHECK_FALSE(expression->find("xxb", 99, parts));
    CHECK(expression->group_names() == decltype(expression->group_names()){{"low", 1}});
}

TEST_CASE("no expression takes long, and giving up is counted", "[patterns]")
{
    using namespace std::chrono_literals;
    struct Row {
        const char* text;
        std::size_t length;
    };
    const auto row = GENERATE(values<Row>({
        {"(a+)+[bc]", 5'000},
        {"a.{0,100}a.{0,100}[!?]", 1'000'000},
        {"(?:(?:a|b)*c)*[de]", 200'000},
        {"[a-z]{1,40} ?[a-z]{1,40}[!?]", 3'000'000},
        {"(?m)^(?:a+)+[bc]{200}", 5'000},
    }));
    DYNAMIC_SECTION(row.text)
    {
        const auto expression = Expression::compile({row.text, ""});
        REQUIRE(expression);
        const std::string subject(row.length, 'a');
        const auto given_up = Expression::given_up_here();
        const auto begin = thread_processor_time();
        CHECK_FALSE(expression->matches(subject));
        CHECK(thread_processor_time() - begin < 200ms);  // with sanitizers
        CHECK(Expression::given_up_here() - given_up == 1);
    }
}

TEST_CASE("many lines and many matches are no way around the limits", "[patterns]")
{
    using namespace std::chrono_literals;
    const auto slow_lines = repeated("abcdefghijklmnop!\n", 20'000);
    const auto slow_matches = repeated("abcdefghijklmnop.x\n", 20'000);
    const auto given_up = Expression::given_up_here();
    const auto begin = thread_processor_time();
    CHECK_FALSE(Expression::compile({"^(?:[a-z]+ ?)+$", "m"})->matches(slow_lines));
    CHECK(Expression::given_up_here() - given_up == 1);
    CHECK(Expression::compile({"x|(?:[a-z]+ ?){2,}!", ""})->count(slow_matches, 99'999) < 20'000);
    CHECK(Expression::given_up_here() - given_up == 2);
    CHECK(thread_processor_time() - begin < 2s);
    CHECK(Expression::compile({"x\\s", ""})->count(slow_matches, 9'999) == 9'999);
    CHECK(Expression::given_up_here() - given_up == 2);
}

TEST_CASE("what begins lines is found in any of them", "[patterns]")
{
    const auto long_line = std::string(300'000, 'x') + '\n';
    const auto text =
        GENERATE_COPY(std::string{}, std::string(256, 'x') + '\n', std::string(255, 'x') + "\n\n",
                      std::string(2'000, '\n'), long_line, long_line + long_line + '\n');
    CAPTURE(text.size());
    std::vector<Expression::Part> parts;
    for (const char* pattern : {"^needle", "^\n*needle", ".*needle.*\\n", "^[^x\\n]*needle$"}) {
        CAPTURE(pattern);
        const auto expression = Expression::compile({pattern, "m"});
        REQUIRE(expression);
        CHECK_FALSE(expression->matches(text));
        CHECK_FALSE(expression->matches(text + "x"));
        CHECK(expression->count(text + "needle\n" + text + "needle\n", 9) == 2);
        REQUIRE(expression->find(text + "a\nneedle\n", 0, parts));
        CHECK(parts[0].begin <= text.size() + 2);
    }
    CHECK(Expression::compile({"^", "m"})->count(std::string(3'000, '\n'), 9'999) == 3'000);
}

TEST_CASE("a match far behind in a long text is found, and its begin is known", "[patterns]")
{
    const std::string subject = std::string(100'000, ' ') + "needle\n";
    for (const char* text : {"needle$", "(?<= )needle", "^.*needle", "[m-o]e+dle\\s*\\z"}) {
        INFO(text);
        const auto expression = Expression::compile({text, ""});
        REQUIRE(expression);
        CHECK(expression->matches(subject));
        CHECK(expression->count(subject, 9) == 1);
    }
    const auto anchored = Expression::compile({"^needle", ""});
    CHECK_FALSE(anchored->matches(subject));
    // Where one look ends and the next begins is no place that \G knows.
    auto digit = std::string(3'000, ' ');
    digit[256] = '1';
    CHECK_FALSE(Expression::compile({"\\G1", ""})->matches(digit));
}

TEST_CASE("what needs a long line is found in lines of that length", "[patterns]")
{
    const auto expression = Expression::compile({"^[^\r\n]{300}", "m"});
    REQUIRE(expression);
    const std::string line(300, 'x');
    const std::string shorter(299, 'x');
    struct Row {
        std::string subject;
        std::uint32_t count;
    };
    const auto row = GENERATE_COPY(values<Row>({{"", 0},
                                                {shorter, 0},
                                                {line, 1},
                                                {shorter + "\n" + shorter + "\n", 0},
                                                {shorter + "\n" + line, 1},
                                                {"\n\n" + line + "\r\n" + line + "\n", 2},
                                                {line + line, 1},
                                                {shorter + "\r" + line, 0}}));
    CAPTURE(row.subject);
    CHECK(expression->matches(row.subject) == (row.count > 0));
    CHECK(expression->count(row.subject, 9) == row.count);
}

TEST_CASE("a match behind thousands of places where it might have begun is found", "[patterns]")
{
    const auto length = GENERATE(std::size_t{0}, std::size_t{30}, std::size_t{100});
    const std::string filling(length, 'x');  // lines with the literal are close, or are not
    const auto lines = repeated("From: \n" + filling + "\n", 20'000);
    const auto behind_literal = Expression::compile({"^From: [^\\n]*bad", "m"});
    REQUIRE(behind_literal);
    CHECK(behind_literal->matches(lines + "From: a bad one\n"));
    CHECK(behind_literal->count(lines + "From: bad\n" + lines + "From: bad\n", 9) == 2);
    CHECK(behind_literal->misses(lines));
    // A long choice is tried where one of it can begin.
    const auto behind_beginnings =
        Expression::compile({"(?:begin|" + std::string(400, 'q') + ")[^\\n]*(?:zi|ra)p", ""});
    REQUIRE(behind_beginnings);
    const auto begins = repeated("begin " + filling + "\n", 10'000);
    CHECK(behind_beginnings->matches(begins + "begin zip\n"));
    CHECK(behind_beginnings->misses(begins));
}

TEST_CASE("a match that needs a long line may be the second in it", "[patterns]")
{
    const auto expression = Expression::compile({".*?x{200}", ""});
    REQUIRE(expression);
    CHECK(expression->count(std::string(400, 'x') + "\n" + std::string(150, 'x'), 9) == 2);
}

TEST_CASE("an expression too large for PCRE2 as it stands is written shorter", "[patterns]")
{
    std::string letter = "(?:[aA]";
    for (int at = 0; at < 100; ++at) letter += "|[\\xc3][\\x80-\\x8f\\xa0]";
    letter += ")";
    std::string word;
    for (int at = 0; at < 40; ++at) word += letter;
    const auto expression = Expression::compile({"^(?:" + word + "|b){1,30}c", ""});
    REQUIRE(expression);
    CHECK(expression->matches(std::string(40, 'a') + "c"));
    CHECK(expression->matches(std::string(39, 'a') + "\xc3\x80"
                                                     "bc"));
    CHECK_FALSE(expression->matches(std::string(39, 'a') + "c"));
}

}  // namespace
}  // namespace lazaret::filter::rules
