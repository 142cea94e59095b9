#include "milter/spool.hpp"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::milter;

namespace {

std::string folder() { return std::filesystem::temp_directory_path(); }

}  // namespace

TEST_CASE("header fields are kept as they were handed over", "[spool]")
{
    struct Row {
        const char* says;
        const char* name;
        const char* value;
        const char* kept;
    };
    const auto row = GENERATE(values<Row>({
        {"a space", "Subject", " hello", "Subject: hello\r\n"},
        {"no space", "Subject", "hello", "Subject:hello\r\n"},
        {"a tab", "Subject", "\thello", "Subject:\thello\r\n"},
        {"two spaces", "Subject", "  hello ", "Subject:  hello \r\n"},
        {"odd case", "sUBJECT", " a", "sUBJECT: a\r\n"},
        {"a fold", "X", " a\n\tb\n  c", "X: a\r\n\tb\r\n  c\r\n"},
        {"a fold that has its CR", "X", " a\r\n b", "X: a\r\n b\r\n"},
        {"a fold at the start", "X", "\n a", "X:\r\n a\r\n"},
        {"empty", "X", "", "X:\r\n"},
        {"eight bits", "X", " \xe9\xff", "X: \xe9\xff\r\n"},
    }));

    DYNAMIC_SECTION(row.says)
    {
        Spool spool{1 << 20, folder()};
        spool.add_field(row.name, row.value);
        CHECK(spool.bytes() == row.kept);
    }
}

TEST_CASE("a message is the same in memory and in a file", "[spool]")
{
    const std::size_t memory = GENERATE(1U, 100U, 70'000U, 1U << 20, 8U << 20);
    CAPTURE(memory);
    Spool spool{memory, folder()};
    std::string wanted = "Subject: a\r\n\r\n";
    spool.add_field("Subject", " a");
    spool.end_header();
    for (int chunk = 0; chunk < 50; ++chunk) {
        const std::string bytes(65'535, static_cast<char>('a' + chunk % 26));
        spool.add_body(bytes);
        wanted += bytes;
    }
    CHECK(spool.size() == wanted.size());
    CHECK(spool.bytes() == wanted);
    CHECK(spool.bytes().data() == spool.bytes().data());

    spool.add_body("the end\r\n");  // after a look
    CHECK(spool.bytes() == wanted + "the end\r\n");
}

TEST_CASE("an empty message has no bytes", "[spool]")
{
    Spool spool{10, folder()};
    CHECK(spool.bytes().empty());
    spool.end_header();
    CHECK(spool.bytes() == "\r\n");
}

TEST_CASE("a folder that is not there makes the message wait", "[spool]")
{
    Spool spool{10, "/nonexistent/lazaret"};
    spool.add_body("12345");
    try {
        spool.add_body("1234567890");
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Unavailable);
    }
}

TEST_CASE("a full disk makes the message wait", "[spool]")
{
    // A limit on the size of files behaves like a full disk: write() says no.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 100'000;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    Spool spool{1'000, folder()};
    bool said_no = false;
    try {
        for (int chunk = 0; chunk < 100; ++chunk) spool.add_body(std::string(65'535, 'x'));
    } catch (const Error& error) {
        said_no = error.kind() == Error::Kind::Unavailable;
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, old);
    CHECK(said_no);
}
