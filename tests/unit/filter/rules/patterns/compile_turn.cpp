#include "milter/filter/rules/patterns/compile_turn.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::filter::rules;
using namespace std::chrono_literals;

TEST_CASE("one has the turn to compile at a time, and nobody waits for ever", "[patterns]")
{
    const test::PrivateFolder folder;
    const auto cache = (folder.path() / "cache").string();
    auto first = take_compile_turn(cache, 0ms);
    REQUIRE(first);
    CHECK_FALSE(take_compile_turn(cache, 0ms));
    CHECK_FALSE(take_compile_turn(cache, 20ms));
    CHECK(take_compile_turn(folder.path().string(), 0ms));
    first = FileDescriptor{};
    CHECK(take_compile_turn(cache, 0ms));
    CHECK(std::filesystem::is_empty(cache));
}

TEST_CASE("without a folder there is no turn, and no wait", "[patterns]")
{
    const test::PrivateFolder folder;
    const auto file = (folder.path() / "file").string();
    std::ofstream{file} << "not a folder";
    CHECK_FALSE(take_compile_turn("", 1h));
    CHECK_FALSE(take_compile_turn(file, 1h));
    CHECK_FALSE(take_compile_turn(file + "/below", 1h));
}
