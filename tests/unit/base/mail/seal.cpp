#include "base/mail/seal.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/seal_keys.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace {

constexpr auto now = sealed_at;

std::string outcome(const SealKeys& keys, std::string_view seal, const Digest& digest,
                    std::string_view recipient, Moment when)
{
    const auto checked = check_seal(keys, seal, digest, recipient, when);
    if (checked) return "good";
    switch (checked.error()) {
        case SealFault::Malformed: return "malformed";
        case SealFault::Forged: return "forged";
        case SealFault::Expired: return "expired";
    }
    return "";
}

}  // namespace

TEST_CASE("a seal is good for one message, one recipient and one hour", "[seal]")
{
    const auto keys = SealKeys::parse(key_one, "test");
    Digest digest;
    digest.bytes[3] = 7;
    const std::string ann = "ann@example.org";
    const auto seal = make_seal(keys, digest, ann, now);
    CHECK(outcome(keys, seal, digest, ann, now) == "good");
    CHECK(outcome(keys, " " + seal + "\r\n", digest, ann, now) == "good");
    CHECK(outcome(keys, seal, digest, ann, now + 1h) == "good");
    CHECK(outcome(keys, seal, digest, ann, now + 1h + 1us) == "expired");
    CHECK(outcome(keys, seal, digest, "eve@example.org", now) == "forged");
    CHECK(outcome(keys, seal, Digest{}, ann, now) == "forged");
    CHECK(outcome(SealKeys::parse(key_two, "test"), seal, digest, ann, now) == "forged");
    // The id is known, but another key stands behind it.
    CHECK(outcome(SealKeys::parse("k1" + key_two.substr(2), "test"), seal, digest, ann, now) ==
          "forged");
    for (std::size_t at = 0; at < seal.size(); ++at) {
        auto altered = seal;
        altered[at] = altered[at] == '1' ? '2' : '1';
        CAPTURE(altered);
        CHECK(outcome(keys, altered, digest, ann, now) != "good");
    }
}

TEST_CASE("what is no seal gets an answer", "[seal]")
{
    const auto keys = SealKeys::parse(key_one, "test");
    struct Row {
        const char* says;
        std::string seal;
        std::string outcome;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", "malformed"},
        {"one word", "k1", "malformed"},
        {"two words", "k1 1800000000", "malformed"},
        {"an unknown key", "k9 1800000000 AAAA", "forged"},
        {"no number", "k1 soon AAAA", "malformed"},
        {"a negative number", "k1 -1 AAAA", "malformed"},
        {"a number out of range", "k1 99999999999999999999 AAAA", "malformed"},
        {"a number beyond our bound", "k1 9999999999999999 AAAA", "malformed"},
        {"no base64", "k1 1800000000 ****", "forged"},
        {"a short MAC", "k1 1800000000 AAAA", "forged"},
        {"long", "k1 1800000000 " + std::string(100'000, 'A'), "malformed"},
        {"NULs", std::string(50, '\0'), "malformed"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(outcome(keys, row.seal, {}, "ann@example.org", now) == row.outcome);
    }
}

TEST_CASE("the first key makes, all are believed", "[seal]")
{
    const auto old_keys = SealKeys::parse(key_one, "test");
    const auto keys = SealKeys::parse("# both\n\n" + key_two + "\n" + key_one + "\n", "test");
    CHECK(keys.newest() == "k2");
    CHECK(outcome(keys, make_seal(old_keys, {}, "a@b.example", now), {}, "a@b.example", now) ==
          "good");
    CHECK(make_seal(keys, {}, "a@b.example", now).starts_with("k2 "));
}

TEST_CASE("a key file with a mistake is refused, with its line", "[seal]")
{
    struct Row {
        const char* says;
        std::string text;
        std::string problem;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", "there is no key"},
        {"only a comment", "# k1\n", "there is no key"},
        {"no key", "\nk1\n", "line 2"},
        {"a short key", "k1 AAAA\n", "line 1"},
        {"no base64", "k1 " + std::string(43, '*'), "line 1"},
        {"an id with other characters", "k:1" + key_one.substr(2), "line 1"},
        {"an id twice", "k1" + key_two.substr(2) + "\n" + key_one + "\n", "line 2"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::string problem;
        try {
            SealKeys::parse(row.text, "link.key");
        } catch (const Error& error) {
            CHECK(error.kind() == Error::Kind::Setup);
            problem = error.what();
        }
        CHECK(problem.starts_with("link.key: " + row.problem));
    }
}

TEST_CASE("a seal names the copy that it was made for", "[seal]")
{
    const auto keys = SealKeys::parse(key_one, "test");
    const auto copy = Reference::random();
    const std::string ann = "ann@example.org";
    const auto seal = make_seal(keys, {}, ann, now, copy);
    CHECK(outcome(keys, seal, {}, ann, now) == "good");
    CHECK(seal_reference(" " + seal + "\r\n") == copy);
    // Above all when it is not believed.
    CHECK(outcome(SealKeys::parse(key_two, "test"), seal, {}, ann, now) == "forged");
    struct Row {
        const char* says;
        std::string seal;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"none in it", make_seal(keys, {}, ann, now)},
        {"nothing", ""},
        {"no reference", "k1 1800000000 AAAA nobody"},
        {"a word more", seal + " x"},
        {"without end", "k1 1800000000 " + std::string(100'000, 'A') + " " + copy.text()},
    }));
    DYNAMIC_SECTION(row.says) { CHECK_FALSE(seal_reference(row.seal)); }
}

TEST_CASE("a key file that everybody can read or write is refused", "[seal]")
{
    const auto file = (std::filesystem::temp_directory_path() / "lazaret-test-link.key").string();
    std::ofstream{file} << key_one << '\n';
    REQUIRE(::chmod(file.c_str(), 0640) == 0);
    CHECK(SealKeys::read(file).newest() == "k1");
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    CHECK_THROWS_AS(SealKeys::read(file), Error);
    REQUIRE(::chmod(file.c_str(), 0642) == 0);
    CHECK_THROWS_AS(SealKeys::read(file), Error);
    std::filesystem::remove(file);
    CHECK_THROWS_AS(SealKeys::read(file), Error);
    // What is none is neither waited for nor read without end.
    REQUIRE(::mkfifo(file.c_str(), 0640) == 0);
    CHECK_THROWS_AS(SealKeys::read(file), Error);
    std::filesystem::remove(file);
}

TEST_CASE("the key file that the hint makes is believed", "[seal]")
{
    const auto file =
        (std::filesystem::temp_directory_path() / fmt::format("lazaret-hint-{}.key", ::getpid()))
            .string();
    std::string hint;
    try {
        SealKeys::read(file);
    } catch (const Error& error) {
        hint = error.hint();
    }
    const std::string_view words = "make it with: ";
    REQUIRE(hint.starts_with(words));
    auto command = hint.substr(words.size());
    // Who runs the tests may have no group of that name.
    command.erase(command.find("-g lazaret "), std::string_view{"-g lazaret "}.size());
    REQUIRE(std::system(("umask 000; " + command).c_str()) == 0);
    CHECK(SealKeys::read(file).newest() == "k1");
    std::filesystem::remove(file);
}
