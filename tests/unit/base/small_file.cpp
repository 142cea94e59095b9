#include "base/small_file.hpp"

#include <sys/stat.h>

#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;

TEST_CASE("a small file is read whole, and what is none says why", "[files]")
{
    constexpr std::size_t most = 4096;
    const test::PrivateFolder folder;
    folder.write("empty", "");
    folder.write("full", std::string(most, 'x'));
    folder.write("larger", std::string(most + 1, 'x'));
    REQUIRE(::mkfifo(folder.at("fifo").c_str(), 0600) == 0);

    CHECK(read_small_file(folder.at("empty"), most) == "");
    CHECK(read_small_file(folder.at("full"), most) == std::string(most, 'x'));
    CHECK(read_small_file(folder.at("larger"), most).error() == "is larger than 4 kB");
    CHECK(read_small_file(folder.at("fifo"), most).error() == "is not a file");
    CHECK(read_small_file(folder.path(), most).error() == "is not a file");
    CHECK(read_small_file(folder.at("none"), most).error() ==
          "cannot be read: No such file or directory");
    // The system says that these have no bytes.
    CHECK(read_small_file("/proc/self/maps", 1 << 20).value().size() > most);
    CHECK(read_small_file("/proc/self/maps", 1024).error() == "is larger than 1 kB");
}
