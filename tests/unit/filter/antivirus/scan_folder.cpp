#include "milter/filter/antivirus/scan_folder.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using lazaret::test::PrivateFolder;
namespace fs = std::filesystem;

namespace {

auto entries_of(const PrivateFolder& folder)
{
    return std::distance(fs::directory_iterator{folder.path()}, {});
}

}  // namespace

TEST_CASE("each scanner has a folder of its own, which goes with it", "[antivirus]")
{
    const PrivateFolder parent;
    {
        const ScanFolder one{parent.path()};
        const ScanFolder two{parent.path()};
        CHECK(one.path() != two.path());
        CHECK(fs::status(one.path()).permissions() == fs::perms::owner_all);
        CHECK(entries_of(parent) == 2);
        std::ofstream{one.path() + "/unpacked"} << "x";
    }
    CHECK(entries_of(parent) == 0);
}

TEST_CASE("what a killed process left is removed, and nothing else", "[antivirus]")
{
    const PrivateFolder parent;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const ScanFolder left{parent.path()};
        std::ofstream{left.path() + "/unpacked"} << "x";
        ::_exit(0);  // as by a signal: no destructor runs
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    fs::create_directory(parent.path() / "of-somebody-else");
    REQUIRE(entries_of(parent) == 2);

    const ScanFolder living{parent.path()};
    CHECK(entries_of(parent) == 2);
    const ScanFolder another{parent.path()};
    CHECK(fs::exists(living.path()));
    CHECK(fs::exists(parent.path() / "of-somebody-else"));
}

TEST_CASE("a place that takes no folder is said at once", "[antivirus]")
{
    CHECK_THROWS_AS(ScanFolder{"/nowhere/at/all"}, Error);
}
