#include "base/text.hpp"

#include "base/characters.hpp"
#include "base/processor_time.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("only A to Z have a case", "[text]")
{
    CHECK(ascii_lower("ÄB@Z[") == "Äb@z[");
    CHECK(same_ignoring_case("Received", "rECEIVED"));
    CHECK_FALSE(same_ignoring_case("Ä", "ä"));
    CHECK_FALSE(same_ignoring_case("a", "ab"));
    CHECK_FALSE(same_ignoring_case("@", "`"));
    CHECK(starts_ignoring_case("Precedence", "PRE"));
    CHECK(starts_ignoring_case("x", ""));
    CHECK_FALSE(starts_ignoring_case("P", "pre"));
}

TEST_CASE("a word is found in any case wherever it stands", "[text]")
{
    for (const std::size_t before : {0U, 1U, 127U, 255U, 256U, 257U, 767U, 768U, 5'000U}) {
        CAPTURE(before);
        const auto text = std::string(before, '-') + "Rly-rLY-" + std::string(300, 'r') + "RLY-";
        CHECK(find_ignoring_case(text, "rly-") == before);
        CHECK(find_ignoring_case(text, "rly-", before + 1) == before + 4);
        CHECK(find_ignoring_case(text, "rly-", before + 5) == before + 308);
        CHECK(find_ignoring_case(text, "rly-", before + 309) == std::string::npos);
        CHECK(find_ignoring_case(text, "-r", before) == before + 3);
        CHECK(find_ignoring_case(text, "rly-", text.size() + 1) == std::string::npos);
        CHECK(find_ignoring_case(text, "", text.size()) == text.size());
        CHECK(find_ignoring_case(text, "", text.size() + 1) == std::string::npos);
    }
}

TEST_CASE("to find all places of a word takes one walk over the text", "[text]")
{
    using namespace std::chrono_literals;
    const auto* word = GENERATE("rly-", "RLY-");  // nothing in the other case
    std::string text;
    while (text.size() < 3'000'000) text += word;
    const auto begin = thread_processor_time();
    std::size_t found = 0;
    for (auto at = find_ignoring_case(text, "rly-"); at != std::string::npos;
         at = find_ignoring_case(text, "rly-", at + 1))
        ++found;
    CHECK(found == text.size() / 4);
    CHECK(thread_processor_time() - begin < 3s);
}

TEST_CASE("blanks go from both ends", "[text]")
{
    CHECK(trimmed(" \t\r\n a b \r\n") == "a b");
    CHECK(trimmed(" \r\n").empty());
    CHECK(trimmed("").empty());
}

TEST_CASE("each byte that is no UTF-8 becomes U+FFFD", "[text]")
{
    const std::string bad = "\xEF\xBF\xBD";
    struct Row {
        const char* says;
        std::string raw;
        std::string valid;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"ASCII", "abc", "abc"},
        {"two, three and four bytes", "é€😀", "é€😀"},
        {"NUL", std::string{"a\0b", 3}, "a" + bad + "b"},
        {"a lone continuation", "a\x80z", "a" + bad + "z"},
        {"cut off", "a\xE2\x82", "a" + bad + bad},
        {"cut off before a letter", "\xC3z", bad + "z"},
        {"overlong", "\xC0\xAF", bad + bad},
        {"overlong of three bytes", "\xE0\x80\xAF", bad + bad + bad},
        {"a surrogate", "\xED\xA0\x80", bad + bad + bad},
        {"past the end of Unicode", "\xF4\x90\x80\x80", bad + bad + bad + bad},
        {"Latin-1", "caf\xE9", "caf" + bad},
        {"nothing", "", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(valid_utf8(row.raw) == row.valid);
        CHECK(valid_utf8(row.valid) == row.valid);
    }
}

TEST_CASE("UTF-8 is checked wherever in a text it stands", "[text]")
{
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string start(before, 'a');
        const std::string end(20 - before, '\x01');
        CHECK(valid_utf8(start + '\0' + end) == start + "\xEF\xBF\xBD" + end);
        CHECK(valid_utf8(start + '\xFF' + end) == start + "\xEF\xBF\xBD" + end);
        CHECK(valid_utf8(start + "é" + end) == start + "é" + end);
    }
}

TEST_CASE("a byte is taken out wherever it stands", "[text]")
{
    for (const auto& [text, left] : std::vector<std::pair<std::string, std::string>>{
             {"", ""}, {"a", "a"}, {"xx", ""}, {"xa", "a"}, {"ax", "a"}, {"axxbxc", "abc"}}) {
        auto cut = text;
        erase_all('x', cut);
        CHECK(cut == left);
    }
}

TEST_CASE("ASCII ends where the first other byte stands", "[text]")
{
    for (std::size_t before = 0; before < 70; ++before) {
        const std::string start(before, 'a');
        CHECK(ascii_length(start) == before);
        CHECK(ascii_length(start + '\x80' + std::string(40, 'b')) == before);
    }
}

TEST_CASE("a text is cut at a character's start", "[text]")
{
    CHECK(cut_utf8("aé", 3) == "aé");
    CHECK(cut_utf8("aé", 2) == "a");
    CHECK(cut_utf8("😀", 3).empty());
    CHECK(cut_utf8("abc", 0).empty());
}
