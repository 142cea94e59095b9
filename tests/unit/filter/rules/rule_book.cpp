#include "milter/filter/rules/rule_book.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "milter/filter/rules/book_settings.hpp"
#include "milter/filter/rules/patterns/compile_turn.hpp"
#include "milter/filter/rules/patterns/fast_form.hpp"
#include "milter/filter/rules/patterns/resting_patterns.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/private_folder.hpp"
#include "tests/support/rule_text.hpp"

using namespace lazaret;
using namespace lazaret::filter::rules;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

RuleBook book_with(const fs::path& cache)
{
    std::string text;
    for (int at = 0; at < 20; ++at) text += fmt::format("body WORD_{} /word{}/\n", at, at);
    return {rules_in(std::move(text)), cache.string()};
}

ino_t file_number(const fs::path& file)
{
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

}  // namespace

TEST_CASE("a multipart that is too large to be read to its end is not said to have none", "[rules]")
{
    const RuleBook book{rules_in("loadplugin Mail::SpamAssassin::Plugin::MIMEEval\n"
                                 "body UNCLOSED eval:check_for_mime('mime_missing_boundary')\n"),
                        ""};
    const filter::Letter letter{"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"};
    auto mail = letter.mail();
    CHECK(book.judge(mail, {}).size() == 1);
    mail.too_large = true;
    CHECK(book.judge(mail, {}).empty());
}

TEST_CASE("what hits gives its points as SpamAssassin gives them", "[rules]")
{
    struct Case {
        std::string_view what;
        std::string_view rules;
        std::map<std::string, double> points;  ///< of all rules that hit
    };
    const std::array cases{
        Case{"each hit that is counted gives its points",
             "body A /l/\ntflags A multiple maxhits=3\nscore A 0.5\n"
             "header B X-A =~ /o/\ntflags B multiple\nscore B 0.25\n",
             {{"A", 1.5}, {"B", 0.75}}},
        Case{"a meta gives them once",
             "body __A /l/\ntflags __A multiple\nmeta B __A\n",
             {{"__A", 0}, {"B", 1}}},
        Case{"a meta below zero hits",
             "body __A /hello/i\nmeta B (0 - __A)\nmeta C (B > 0)\n",
             {{"__A", 0}, {"B", 1}, {"C", 1}}},
        Case{"who waits for a meta that does not run does not run",
             "body __A /hello/i\nmeta OFF __A\nscore OFF 0\nmeta B (!OFF && __A)\n"
             "meta SET __A\nscore SET 0 1 0 1\nmeta C (SET || __A)\nmeta D (C || __A)\n",
             {{"__A", 0}}},
        Case{"what is no meta and does not run counts as 0",
             "body OFF /hello/i\nscore OFF 0\nmeta B !OFF\n",
             {{"B", 1}}},
        Case{"rules ask for the same field, each with its own text where it is missing",
             "header A X-A =~ /oo/\nheader B x-a =~ /hello/\nheader C exists:X-a\n"
             "header D X-A =~ /none/ [if-unset: none]\nheader E X-No =~ /none/ [if-unset: none]\n"
             "header F x-no =~ /none/ [if-unset: other]\nheader G X-no !~ /none/\n",
             {{"A", 1}, {"B", 1}, {"C", 1}, {"E", 1}, {"G", 1}}},
        Case{"rules of all kinds ask for the same field, however its name is written",
             "body WORD /(?<WORD>hello)/i\nheader A X-A =~ /o/\ntflags A multiple\n"
             "header B x-a =~ /o/\nheader C X-a !~ /%{WORD}/\nheader D x-A =~ /%{WORD}/i\n"
             "header E X-A =~ /(?<O>o+)/\nheader F x-a =~ /^%{O} /\nheader G X-A !~ /o/\n",
             {{"WORD", 1}, {"A", 3}, {"B", 1}, {"C", 1}, {"D", 1}, {"E", 1}, {"F", 1}}},
        Case{"what any kind captures fills patterns of any kind",
             "body A /(?<WORD>hel+o)/i\nheader B X-A =~ /^oo %{WORD}$/i\n"
             "header C X-A =~ /(?<FIELD>oo)/\nrawbody D /%{FIELD}l/\n",
             {{"A", 1}, {"B", 1}, {"C", 1}, {"D", 1}}},
        Case{"nothing captured, nothing hits",
             "header A X-A !~ /%{NOBODY}/\nheader B X-A =~ /%{NOBODY}/\nbody C /%{NOBODY}/\n",
             {}},
        Case{"a negated pattern that is filled hits where it does not match",
             "body A /(?<WORD>hello)/i\nheader B Subject !~ /%{WORD}/\n"
             "header C X-A !~ /%{WORD}/i\n",
             {{"A", 1}, {"B", 1}}},
        Case{"every match of a counted pattern is captured",
             "body A /(?<WORD>[a-z]+ool)/\ntflags A multiple\nheader B X-B =~ /^%{WORD}$/\n",
             {{"A", 2}, {"B", 1}}},
    };
    const filter::Letter letter{
        "Subject: letter\r\nX-A: oo hello\r\nX-B: pool\r\n\r\nHello, cool pool ool\r\n"};
    for (const auto& one : cases) {
        CAPTURE(one.what);
        const RuleBook book{rules_in(std::string{one.rules}), ""};
        std::map<std::string, double> points;
        for (const auto& hit : book.judge(letter.mail(), {}))
            points[book.rule(hit.rule).name] = hit.points;
        CHECK(points == one.points);
    }
}

TEST_CASE("rules that give points hit the same where helpers wait", "[rules]")
{
    struct Case {
        std::string_view what;
        std::string_view rules;
        std::set<std::string> hits;
    };
    const std::array cases{
        Case{"a helper that a meta needs",
             "body __A /one[ ]/\nbody __B /(?<!z)two/\nmeta C __A && __B\nmeta D __A && !__B\n",
             {"C"}},
        Case{"a helper behind helpers",
             "body __A /(?<!z)two/\nmeta __B __A\nmeta __C __B || __NO\nbody __NO /nowhere/\n"
             "meta D __C\nmeta E !__C\n",
             {"D"}},
        Case{"how often a helper hits",
             "body __A /(?<!z)two/\ntflags __A multiple maxhits=5\nmeta B __A > 4\n"
             "meta C __A > 5\nmeta D __A == 5\nrawbody __E /(?<!z)two/\n"
             "tflags __E multiple\nmeta F __E > 5\n",
             {"B", "D", "F"}},
        Case{"a helper that hits where nothing matches",
             "header __A X-Long !~ /(?<!z)nowhere/\nmeta B __A\nheader __C X-Long !~ "
             "/(?<!z)two/\nmeta D __C\nheader __E ALL !~ /(?<!z)two/m\nmeta F !__E\n",
             {"B", "F"}},
        Case{"a helper whose score is 0",
             "body __A /(?<!z)two/\nscore __A 0\nmeta B !__A\nbody __C /(?<!z)two/\n"
             "score __C 0 1 0 1\nmeta D !__C\n",
             {"B", "D"}},
        Case{"a helper that captures",
             "body __A /(?<WORD>two)(?<!z)/\nheader B X-Word =~ /^%{WORD}$/\n",
             {"B"}},
        Case{"a helper that waits for what another captures",
             "body __A /(?<WORD>two)(?<!z)/\nbody __B /%{WORD} one/\nmeta C __B\n"
             "body __D /one %{WORD} two/\nmeta E __D\n",
             {"C"}},
        Case{"a helper that is too slow, and hits where nothing matches",
             "header __A X-Slow !~ /(?:a+)+[bc]/\nmeta B __A\nmeta C !__A\n",
             {"C"}},
        Case{"a helper that hits in a short text and in a long one",
             "header __A ToCc =~ /(?<!z)two/\ntflags __A multiple\nmeta B __A > 149\n"
             "body __C /(?<!z)letter|(?<!z)two/\ntflags __C multiple\nmeta D __C == 151\n",
             {"D"}},
        Case{"fields of parts",
             "mimeheader __A Content-Type =~ /^$/\nmeta B __A\n"
             "mimeheader __C Content-Type =~ /plain/\nmeta D __C\n"
             "mimeheader __E X-No =~ /^(?!.*foo)/\nmeta F __E\n"
             "mimeheader __G X-No =~ /foo/ [if-unset: foo]\nmeta H __G\n",
             {"B", "F", "H"}},
        Case{"a rule that stops all others",
             "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody __A /(?<!z)two/\n"
             "meta FIRST __A\npriority FIRST -100\nshortcircuit FIRST on\nbody LAST /one/\n",
             {"FIRST"}},
        Case{"a helper that stops all others",
             "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody __A /(?<!z)two/\n"
             "priority __A -100\nshortcircuit __A on\nbody LAST /one/\n",
             {}},
    };
    std::string letter_text = "Subject: letter\r\nX-Word: two\r\nX-Long: ";
    for (int at = 0; at < 150; ++at) letter_text += "one two\r\n ";
    letter_text += "one\r\nX-Slow: " + std::string(3'000, 'a') + "\r\n\r\n";
    for (int at = 0; at < 150; ++at) letter_text += "one two\r\n";
    const filter::Letter letter{letter_text};
    for (const auto& one : cases) {
        CAPTURE(one.what);
        const RuleBook book{rules_in(std::string{one.rules}), ""};
        const auto points = book.judge(letter.mail(), {}, Wanted::Points);
        CHECK(points == without_helpers(book, book.judge(letter.mail(), {})));
        std::set<std::string> names;
        for (const auto& hit : points) names.insert(book.rule(hit.rule).name);
        CHECK(names == one.hits);
    }
}

TEST_CASE("a helper that no rule needs is not looked for", "[rules]")
{
    const RuleBook book{
        rules_in(
            "body __SLOW /(?:a+)+[bc]/\nheader __NO Subject =~ /nowhere/\nmeta A __SLOW && __NO\n"
            "header __SLOWER X-Slow =~ /(?:a+)+[bc]/\nmeta B __NO && __SLOWER\n"),
        ""};
    const std::string slow(3'000, 'a');
    const filter::Letter letter{"Subject: letter\r\nX-Slow: " + slow + "\r\n\r\n" + slow + "\r\n"};
    const auto judge_often = [&](Wanted wanted) {
        for (std::uint32_t times = 0; times <= RestingPatterns::most_slow; ++times)
            CHECK(book.judge(letter.mail(), {}, wanted).empty());
    };
    judge_often(Wanted::Points);
    CHECK(book.given_up().empty());
    judge_often(Wanted::Everything);
    CHECK(book.given_up() == std::vector<std::string>{"__SLOWER", "__SLOW"});
}

TEST_CASE("a negated rule says nothing where its pattern cannot be looked for", "[rules]")
{
    const RuleBook book{rules_in("header WIDE Subject !~ /\\x{2019}/\n"
                                 "header TYPO Subject !~ /free (viagra/\n"
                                 "header SLOW X-Slow !~ /(?:a+)+b|c/\n"
                                 "header OTHER Subject !~ /World/\n"
                                 "meta NONE !SLOW\n"),
                        ""};
    CHECK(book.mistakes() == 2);
    const auto hits = [&](const std::string& value) {
        const filter::Letter letter{"Subject: Hello\r\nX-Slow: " + value + "\r\n"};
        std::set<std::string> names;
        for (const auto& hit : book.judge(letter.mail(), {}))
            names.insert(book.rule(hit.rule).name);
        return names;
    };
    CHECK(hits("d") == std::set<std::string>{"OTHER", "SLOW"});
    for (std::uint32_t at = 0; at < 2 * RestingPatterns::most_slow; ++at)  // then it rests
        CHECK(hits(std::string(40, 'a') + 'c') == std::set<std::string>{"NONE", "OTHER"});
    CHECK(book.given_up() == std::vector<std::string>{"SLOW"});
    CHECK(hits("d") == std::set<std::string>{"NONE", "OTHER"});
}

TEST_CASE("a pattern in a function's arguments that is none is named", "[rules]")
{
    const RuleBook book{rules_in("loadplugin Mail::SpamAssassin::Plugin::FreeMail\n"
                                 "freemail_domains free.example\n"
                                 "body TITLE eval:html_text_match('title', '(unclosed')\n"
                                 "header FIELD eval:check_freemail_header('From', '(unclosed')\n"
                                 "header FINE eval:check_freemail_header('From', '^ann')\n"
                                 "header NONE eval:check_freemail_from()\n"),
                        ""};
    std::set<std::string> broken;
    for (const auto& problem : book.problems()) broken.insert(problem.rule);
    CHECK(broken == std::set<std::string>{"FIELD", "TITLE"});
    CHECK(book.standing(*book.find("FINE")).state == Standing::State::On);
    CHECK(book.standing(*book.find("NONE")).state == Standing::State::On);
}

TEST_CASE("hosts that are not trusted are no internal ones, and named", "[rules]")
{
    const auto told = [](const std::string& settings) {
        const RuleBook book{rules_in(settings), ""};
        std::string all;
        for (const auto& problem : book.problems()) all += problem.what + "\n";
        return all;
    };
    CHECK(told("trusted_networks 192.0.2.7\ninternal_networks 192.0.2.0/24 127.0.0.1 192.0.2.7\n"
               "msa_networks 198.51.100.1 !198.51.100.2\n") ==
          "'192.0.2.0/24' is no trusted network, and does not count\n"
          "'198.51.100.1' is no trusted network, and does not count\n");
    CHECK(told("internal_networks 192.0.2.0/24\nmsa_networks 192.0.2.1 198.51.100.1\n") ==
          "'198.51.100.1' is no trusted network, and does not count\n");
    CHECK(told("internal_networks 192.0.2.0/33\n") == "'192.0.2.0/33' is not a network\n");
}

TEST_CASE("the field of the envelope's sender may be named with its colon", "[rules]")
{
    RuleSettings settings;
    settings.add("envelope_sender_header", {"X-Envelope-From:", {}});
    std::vector<Problem> problems;
    CHECK(relay_settings_of(settings, problems).envelope_sender_field == "X-Envelope-From");
}

TEST_CASE("who waited to compile finds what the other has made", "[rules]")
{
    if (!FastForm::is_possible()) return;
    const test::PrivateFolder folder;
    const auto other = folder.path() / "other";
    const auto cache = folder.path() / "cache";
    book_with(other).speed_up();
    const auto made = fs::directory_iterator { other } -> path();
    const auto file = cache / made.filename();

    auto turn = take_compile_turn(cache.string(), 0ms);
    REQUIRE(turn);
    auto book = book_with(cache);
    std::thread waiting{[&] { book.speed_up(); }};
    // Long enough for these few patterns, were it not to wait.
    for (int tries = 0; tries < 40 && !fs::exists(file); ++tries) std::this_thread::sleep_for(10ms);
    CHECK_FALSE(fs::exists(file));
    fs::rename(made, file);
    const auto number = file_number(file);
    turn = FileDescriptor{};
    waiting.join();
    CHECK(file_number(file) == number);

    fs::remove(file);
    book.speed_up();
    CHECK_FALSE(fs::exists(file));  // it has found its fast form
}

TEST_CASE("who stops does not wait for his turn to compile, and compiles nothing", "[rules]")
{
    if (!FastForm::is_possible()) return;
    const test::PrivateFolder folder;
    auto turn = take_compile_turn(folder.path().string(), 0ms);
    REQUIRE(turn);
    auto book = book_with(folder.path());
    int asked = 0;
    book.speed_up([&] { return ++asked > 2; });
    CHECK_FALSE(book.is_fast());
    CHECK(fs::is_empty(folder.path()));
    book.speed_up([] { return true; });
    CHECK_FALSE(book.is_fast());
    turn = FileDescriptor{};
    book.speed_up();
    CHECK(book.is_fast());
    CHECK(book_with(folder.path()).is_fast());
    CHECK_FALSE(book_with(folder.path() / "other").is_fast());
}

TEST_CASE("forms that nobody read for long go when a new one is kept", "[rules]")
{
    if (!FastForm::is_possible()) return;
    const test::PrivateFolder folder;
    const auto cache = folder.path() / "cache";
    fs::create_directories(cache);
    const auto leave = [&](const char* name, int days) {
        std::ofstream{cache / name} << "x";
        const auto then = std::time(nullptr) - days * 86'400;
        const std::array<timespec, 2> times{{{then, 0}, {then, 0}}};
        REQUIRE(::utimensat(AT_FDCWD, (cache / name).c_str(), times.data(), 0) == 0);
    };
    leave("patterns-old.hs", 61);
    leave("patterns-old.hs.AbCdEf", 61);
    leave("patterns-new.hs", 59);
    leave("something else", 61);
    book_with(cache).speed_up();
    CHECK_FALSE(fs::exists(cache / "patterns-old.hs"));
    CHECK_FALSE(fs::exists(cache / "patterns-old.hs.AbCdEf"));
    CHECK(fs::exists(cache / "patterns-new.hs"));
    CHECK(fs::exists(cache / "something else"));
}
