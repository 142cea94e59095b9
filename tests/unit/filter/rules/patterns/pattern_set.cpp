#include "milter/filter/rules/patterns/pattern_set.hpp"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "milter/filter/rules/patterns/fast_form.hpp"
#include "milter/filter/rules/patterns/resting_patterns.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

namespace lazaret::filter::rules {
namespace {

using Member = PatternSet::Member;
using Texts = std::vector<std::string>;

/// Expressions of all shapes that the two matchers could differ in.
std::vector<Member> shapes()
{
    const std::vector<Pattern> patterns{{"ab", ""},
                                        {"AB", "i"},
                                        {"^ab", ""},
                                        {"ab$", ""},
                                        {"^ab$", "m"},
                                        {"\\Aab", ""},
                                        {"ab\\z", ""},
                                        {"ab\\Z", ""},
                                        {"a\\sb", ""},
                                        {"a\\nb", ""},
                                        {"a[^b]b", ""},
                                        {"a.b", ""},
                                        {"a.b", "s"},
                                        {"\\bab\\b", ""},
                                        {"\\Bb", ""},
                                        {"b\\B", ""},
                                        {"(?<!a)b", ""},
                                        {"a(?!b)", ""},
                                        {"(a|b)\\1", ""},
                                        {"(?i)^A", ""},
                                        {"a\\012b", ""},
                                        {"[\\t-\\r]a", ""},
                                        {"^\\s*a", ""},
                                        {"a\\s*$", ""},
                                        {"^$", ""},
                                        {"a*", ""},
                                        {"$", ""},
                                        {"\\Ga", ""},
                                        {"(?-m:^)b", ""},
                                        {"(?m)^b", ""},
                                        {"\\Qa[\\E\\n", ""},
                                        {"a # [^\n\\nb", "x"},
                                        {"\\xe9", "i"},
                                        {"[^\\xe9]\\xe9", ""},
                                        {"a\\Kb", ""},
                                        {"\\Rb", ""},
                                        {"\\xc3\\xa9", ""},
                                        {"(?:^|\\W)a", ""},
                                        {"a(?:\\W|$)", ""},
                                        {"b\\W+a", ""},
                                        {"(?>a+)b", ""},
                                        {"a++b", ""},
                                        {"^(?=ab)a", ""},
                                        {"(?^i:A)", ""},
                                        {"[[:space:]]b", ""},
                                        {"[[:xdigit:]]{3}-", ""},
                                        {"(?:[aAbB]{2,}[ \\n]+){2}", ""}};
    std::vector<Member> members;
    for (const auto& pattern : patterns) {
        members.push_back({pattern, 1, false});
        members.push_back({pattern, 1, true});
        members.push_back({pattern, 3, false});
    }
    return members;
}

Texts made_up_texts(std::mt19937& random)
{
    static constexpr std::string_view letters = "aabbAB \n\n-\t\xc3\xa9\xe9\xc9#[1";
    Texts texts(random() % 5);
    for (auto& text : texts)
        for (auto left = random() % 9; left > 0; --left) text += letters[random() % letters.size()];
    return texts;
}

std::vector<std::uint32_t> counts_of(const PatternSet& set, const Texts& texts)
{
    std::vector<std::uint32_t> counts;
    set.scan(std::vector<std::string_view>{texts.begin(), texts.end()}, counts);
    return counts;
}

PatternSet set_of(std::vector<Member> members, TextCount texts = TextCount::Many)
{
    std::vector<PatternSet::Fault> faults;
    PatternSet set{std::move(members), faults, texts};
    CHECK(faults.empty());
    return set;
}

/// As rules with replaced tags are, and forms to fill in: too long to be looked for as they are.
std::vector<Member> long_shapes()
{
    const std::string a = "(?:[aA\\xe0]|\\xc3[\\xa0-\\xa9]|\\xe1(?:\\xb8\\x80|\\xba[\\x80-\\x8f]))";
    const std::string b = "(?:[bB]|\\xc3\\x9f|\\xce[\\xb2-\\xb5])";
    std::string words = "(?:\\s?(?:x|y\\s){0,3}(?:(?:ab|ba+|b\\sa)(?:-|\\sx)?){1,2}[:# -]?";
    std::string filler = "(?:";
    for (int at = 0; at < 120; ++at) filler += "zz" + std::to_string(at) + "|";
    filler += "yyy)";
    words.insert(words.find("(?:ab") + 3, filler + "|");
    std::vector<Member> members;
    for (const auto& text :
         {"(?!aab)" + a + b + filler + "?", "\\b" + a + "{1,2}\\W?" + b + "+" + filler + "*",
          words + "){3}", "^" + words + "){2}$", "(?:" + filler + "|" + a + "|" + b + "){4,9}"})
        for (const std::uint32_t most : {1U, 3U})
            for (const char* flags : {"", "i"}) members.push_back({{text, flags}, most, false});
    return members;
}

TEST_CASE("long patterns, looked for in weaker forms, answer as they are", "[patterns]")
{
    auto members = long_shapes();
    const auto slow = set_of(members);
    auto fast = set_of(members);
    fast.make_fast_form("");
    std::mt19937 random{8};
    for (int round = 0; round < 2'000; ++round) {
        auto texts = made_up_texts(random);
        texts.push_back(texts.empty() ? "" : texts[0] + texts[0] + texts.back());
        const auto expected = counts_of(slow, texts);
        const auto found = counts_of(fast, texts);
        for (std::size_t at = 0; at < expected.size(); ++at)
            if (found[at] != expected[at])
                FAIL_CHECK("member " << at << ": " << found[at] << " for " << expected[at] << " on "
                                     << Catch::Detail::stringify(texts));
    }
}

// Of sets of shapes().
void check_alike(const PatternSet& fast, const PatternSet& slow, const Texts& texts)
{
    const auto expected = counts_of(slow, texts);
    const auto found = counts_of(fast, texts);
    for (std::size_t at = 0; at < expected.size(); ++at) {
        if (found[at] == expected[at]) continue;
        const auto member = shapes()[at];
        FAIL_CHECK("/" << member.pattern.text << "/" << member.pattern.flags << " most "
                       << member.most_hits << ": " << found[at] << " for " << expected[at] << " on "
                       << Catch::Detail::stringify(texts));
    }
}

TEST_CASE("the fast form answers as the slow one", "[patterns]")
{
    const auto slow = set_of(shapes());
    auto fast = set_of(shapes());
    fast.make_fast_form("");
    CHECK(fast.wants_fast_form() == false);
    std::mt19937 random{7};
    for (int round = 0; round < 4'000; ++round) check_alike(fast, slow, made_up_texts(random));
}

TEST_CASE("the fast form of what looks at one text answers as the slow one", "[patterns]")
{
    const auto slow = set_of(shapes());
    auto fast = set_of(shapes(), TextCount::One);
    fast.make_fast_form("");
    std::mt19937 random{9};
    for (int round = 0; round < 4'000; ++round) {
        std::string text;
        for (const auto& part : made_up_texts(random)) text += part;
        // Now and then one that is too long to be gone through by steps.
        if (random() % 10 == 0) text += std::string(1'000, 'c') + text;
        check_alike(fast, slow, {text});
    }
}

TEST_CASE("a member counts, skips the first text, and is separate from text to text", "[patterns]")
{
    auto members = std::vector<Member>(20, Member{{"ab", ""}, 1, false});
    members[0].most_hits = 5;
    members[1].skips_first = true;
    members[2].pattern.text = "b\\sa";
    // Looked for by two sequences of steps.
    members[3] = {{"(?:x\\dz\\dq\\d|q\\dj\\dz\\d)", ""}, 5, false};
    auto set = set_of(members);
    for (int form = 0; form < 2; ++form) {
        CHECK(counts_of(set, {"ab ab", "abab"})[0] == 4);
        CHECK(counts_of(set, {"ab", "x"})[1] == 0);
        CHECK(counts_of(set, {"x", "ab"})[1] == 1);
        CHECK(counts_of(set, {"ab", "ab"})[2] == 0);
        CHECK(counts_of(set, {"x1z1q1 q2j2z2", "q3j3z3"})[3] == 3);
        CHECK(counts_of(set, {})[3] == 0);
        CHECK(counts_of(set, {"", ""})[3] == 0);
        set.make_fast_form("");
    }
}

TEST_CASE("what waits in a scan gets the same answer when it is asked", "[patterns]")
{
    auto members = shapes();
    for (auto& member : members) member.can_wait = true;
    auto set = set_of(members);
    std::mt19937 random{13};
    std::size_t waited = 0;
    for (int form = 0; form < 2; ++form) {
        for (int round = 0; round < 500; ++round) {
            auto texts = made_up_texts(random);
            for (auto& text : texts)
                if (random() % 3 != 0) text.insert(random() % (text.size() + 1), 600, 'x');
            const auto expected = counts_of(set, texts);
            const std::vector<std::string_view> views{texts.begin(), texts.end()};
            std::vector<std::uint32_t> counts;
            WaitingMembers waiting;
            CHECK(set.scan(views, counts, &waiting).empty());
            for (const auto member : waiting.members()) {
                CHECK(counts[member] <= expected[member]);
                counts[member] = set.ask(member, views, counts[member], waiting).value();
                ++waited;
            }
            CHECK(counts == expected);
        }
        set.make_fast_form("");
    }
    CHECK(waited > 10'000);
}

TEST_CASE("what is quick, or more than many, does not wait", "[patterns]")
{
    // Looked for by two sequences of steps, so each text by itself.
    const Pattern stepped{"(?:x\\dz\\dq\\d|q\\dj\\dz\\d)", ""};
    auto members = std::vector<Member>(20, Member{{"nowhere", ""}, 1, false, false});
    members[0] = {stepped, 10'000, false, true};
    members[1] = {stepped, 10'000, false, false};
    auto set = set_of(members);
    set.make_fast_form("");
    struct Scanned {
        std::vector<std::size_t> waiting;
        std::vector<std::uint32_t> counts;
    };
    const auto scanned = [&](const Texts& texts) {
        Scanned one;
        WaitingMembers waiting;
        set.scan(std::vector<std::string_view>{texts.begin(), texts.end()}, one.counts, &waiting);
        CHECK(waiting.is_empty() == waiting.members().empty());
        one.waiting = waiting.members();
        return one;
    };
    const std::string hit = "x1z1q1 ";
    const auto long_hit = hit + std::string(600, '-');
    CHECK(scanned({hit}).waiting.empty());
    CHECK(scanned({hit}).counts[0] == 1);
    CHECK(scanned({long_hit}).waiting == std::vector<std::size_t>{0});
    CHECK(scanned({hit, long_hit, hit}).counts[0] == 2);
    CHECK(scanned({hit, long_hit, hit}).counts[1] == 3);
    CHECK(scanned({}).waiting.empty());
    // A thousand texts wait; those behind them are looked at.
    const auto many = scanned(Texts(1'500, long_hit));
    CHECK(many.waiting == std::vector<std::size_t>{0});
    CHECK(many.counts[0] == 500);
    CHECK(many.counts[1] == 1'500);
}

TEST_CASE("who waits and is too slow rests like others", "[patterns]")
{
    const auto set = set_of({{{"(a+)+[bc]", ""}, 1, false, true}});
    const std::string text(3'000, 'a');
    const std::string_view view{text};
    const auto answer = [&] {
        std::vector<std::uint32_t> counts;
        WaitingMembers waiting;
        set.scan({&view, 1}, counts, &waiting);
        CHECK(waiting.members() == std::vector<std::size_t>{0});
        const auto first = set.ask(0, {&view, 1}, 0, waiting);
        CHECK(set.ask(0, {&view, 1}, 0, waiting) == first);  // and counts for one message
        return first;
    };
    for (std::uint32_t round = 0; round < RestingPatterns::most_slow; ++round) {
        CHECK(set.resting().empty());
        CHECK_FALSE(answer());
    }
    CHECK(set.resting() == std::vector<std::size_t>{0});
    CHECK_FALSE(answer());
}

TEST_CASE("a member that is wrong is named and never hits", "[patterns]")
{
    std::vector<PatternSet::Fault> faults;
    auto members = std::vector<Member>(20, Member{{"a", ""}, 1, false});
    members[3].pattern.text = "a(";
    PatternSet set{members, faults};
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].member == 3);
    set.make_fast_form("");
    CHECK(counts_of(set, {"a("})[3] == 0);
    CHECK(counts_of(set, {"a("})[4] == 1);
}

TEST_CASE("a member that is always too slow rests", "[patterns]")
{
    const auto set = set_of({{{"(a+)+[bc]", ""}, 1, false}, {{"a", ""}, 1, false}});
    const Texts texts{std::string(3'000, 'a')};
    for (std::uint32_t round = 0; round < RestingPatterns::most_slow; ++round) {
        CHECK(set.resting().empty());
        CHECK(counts_of(set, texts) == std::vector<std::uint32_t>{0, 1});
    }
    CHECK(set.resting() == std::vector<std::size_t>{0});
    CHECK(counts_of(set, {"ab"}) == std::vector<std::uint32_t>{0, 1});
    std::vector<std::uint32_t> counts;
    const std::string_view text = "ab";
    CHECK(set.scan({&text, 1}, counts) == std::vector<std::size_t>{0});
}

TEST_CASE("one message stops no member, however many of its texts are slow", "[patterns]")
{
    // What stands behind the letters is confirmed by PCRE2 alone.
    auto set = set_of(std::vector<Member>(20, Member{{"(a+)+(?!bx)[bc]", ""}, 1, false}));
    for (int form = 0; form < 2; ++form) {
        const auto before = Expression::given_up_here();
        counts_of(set, Texts(5'000, std::string(100, 'a') + "bx"));
        CHECK(Expression::given_up_here() - before > 20);
        CHECK(Expression::given_up_here() - before < 20 * 5'000);
        CHECK(set.resting().empty());
        CHECK(counts_of(set, {"ab"}) == std::vector<std::uint32_t>(20, 1));
        set.make_fast_form("");
    }
}

TEST_CASE("a member that is asked text by text is bounded by the time of all texts", "[patterns]")
{
    // Looked for by steps, which each text goes through; no match takes so long that it is given
    // up.
    auto set = set_of(std::vector<Member>(
        12, Member{{"v[_\\W]?i[_\\W]?a[_\\W]?g[_\\W]?r[_\\W]?[a4].{0,400}zz!", "i"}, 1, false}));
    set.make_fast_form("");
    std::string text;
    while (text.size() < 1'000) text += "viagra ";
    text += std::string(450, 'x') + "zz!";
    const Texts texts(3'000, text);
    const std::vector<std::string_view> views{texts.begin(), texts.end()};
    const auto given_up = Expression::given_up_here();
    std::vector<std::uint32_t> counts;
    const auto unknown = set.scan(views, counts);
    CHECK(Expression::given_up_here() == given_up);
    CHECK(counts == std::vector<std::uint32_t>(12, 0));
    if (FastForm::is_possible()) CHECK(unknown.size() == 12);
    CHECK(counts_of(set, {"viagra zz!"}) == std::vector<std::uint32_t>(12, 1));
}

TEST_CASE("a set of which each member is looked for by steps asks PCRE2 for nothing else",
          "[patterns]")
{
    if (!FastForm::is_possible()) return;
    const std::vector<Pattern> patterns(
        12, Pattern{"v[_\\W]?i[_\\W]?a[_\\W]?g[_\\W]?r[_\\W]?[a4]", "i"});
    const auto form = FastForm::make(patterns, TextCount::Many, "");
    REQUIRE(form);
    const auto candidates_in = [&](std::string_view text) {
        std::size_t candidates = 0;
        form->scan({&text, 1}, [&](const FastForm::Candidate&) { ++candidates; });
        return candidates;
    };
    CHECK(candidates_in("nothing of the kind") == 0);
    CHECK(candidates_in("V-i-a-g-r-a") == 12);
}

std::string only_file(const test::PrivateFolder& folder)
{
    std::string found;
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
        found += entry.path().string();
    return found;
}

void change_byte(const std::string& path, std::streamoff at)
{
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
}

TEST_CASE("a compiled form is kept, and what is not whole is made anew", "[patterns]")
{
    if (!FastForm::is_possible()) return;
    const test::PrivateFolder cache;
    const auto folder = cache.path().string();
    set_of(shapes()).make_fast_form(folder);
    const auto path = only_file(cache);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
    const auto is_found = [&] { return set_of(shapes()).find_fast_form(folder); };
    REQUIRE(is_found());

    SECTION("it answers as the one that was made")
    {
        auto found = set_of(shapes());
        REQUIRE(found.find_fast_form(folder));
        const Texts texts{"ab", "a\nb b", "\xc3\xa9"};
        CHECK(counts_of(found, texts) == counts_of(set_of(shapes()), texts));
    }
    SECTION("other patterns do not find it")
    {
        auto others = shapes();
        others[0].pattern.flags = "i";
        CHECK_FALSE(set_of(others).find_fast_form(folder));
    }
    SECTION("a damaged file is not taken, and replaced")
    {
        const auto at = GENERATE_COPY(std::streamoff{3}, size / 2, size - 1);
        change_byte(path, at);
        CHECK_FALSE(is_found());
        set_of(shapes()).make_fast_form(folder);
        CHECK(only_file(cache) == path);
        CHECK(is_found());
    }
    SECTION("a short file is not taken")
    {
        const auto length = GENERATE_COPY(std::streamoff{0}, std::streamoff{50}, size - 1);
        std::filesystem::resize_file(path, static_cast<std::uintmax_t>(length));
        CHECK_FALSE(is_found());
    }
    SECTION("a file that others may write is not taken")
    {
        REQUIRE(::chmod(path.c_str(), 0666) == 0);
        CHECK_FALSE(is_found());
    }
    SECTION("a link is not taken")
    {
        std::filesystem::rename(path, path + ".x");
        std::filesystem::create_symlink(path + ".x", path);
        CHECK_FALSE(is_found());
    }
}

TEST_CASE("threads share a set, also while its fast form comes", "[patterns]")
{
    auto set = set_of(shapes());
    const Texts texts{"ab a\nb", "x ab\n", "b\xe9"};
    const auto expected = counts_of(set, texts);
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            std::vector<std::string_view> views{texts.begin(), texts.end()};
            std::vector<std::uint32_t> counts;
            for (int round = 0; round < 300; ++round) {
                set.scan(views, counts);
                if (counts != expected) ++wrong;
            }
        });
    set.make_fast_form("");
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

}  // namespace
}  // namespace lazaret::filter::rules
