#include "base/config/logos.hpp"

#include <sys/stat.h>

#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;

TEST_CASE("a folder of logos is read, and what is none is named", "[look]")
{
    const std::string png = "\x89PNG\r\n\x1a\n...";
    const test::PrivateFolder folder;
    folder.write("town.png", png);
    folder.write("town hall.png", png);
    folder.write("script.png", "<svg onload=alert(1)>");
    folder.write("large.png", png + std::string(Logos::most_bytes, 'x'));
    folder.write("a.svg", png);
    folder.write("folder/b.png", png);
    REQUIRE(::mkfifo(folder.at("fifo.png").c_str(), 0600) == 0);
    std::vector<std::string> problems;
    const Logos logos{folder.path(), problems};
    REQUIRE(logos.find("town.png"));
    CHECK(logos.find("town.png")->type == "image/png");
    CHECK(logos.find("town.png")->bytes == png);
    for (const auto* name : {"town hall.png", "script.png", "large.png", "a.svg", "folder",
                             "fifo.png", "folder/b.png", "../town.png", "", "none.png"}) {
        INFO(name);
        CHECK_FALSE(logos.find(name));
    }
    CHECK(problems.size() == 6);
    problems.clear();
    CHECK_FALSE(Logos(folder.at("nothing"), problems).find("town.png"));
    CHECK(problems.empty());
    // A folder that cannot be read is not one that is not there.
    CHECK_FALSE(Logos(folder.at("town.png"), problems).find("town.png"));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].find("town.png: ") != std::string::npos);
}
