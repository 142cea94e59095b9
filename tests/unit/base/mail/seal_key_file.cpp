#include "base/mail/seal_key_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "base/mail/seal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;

namespace {

const std::string one = "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
const std::string two = "k2 Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=\n";
const std::string comment = "# of all hosts\n\n";

std::string read(const std::string& file)
{
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a new key is believed, and makes nothing before it is used", "[seal]")
{
    const auto added = with_new_key(comment + one).value();
    CHECK(added.id.starts_with("k2"));
    CHECK(added.id.size() == 6);
    CHECK(added.text.starts_with(comment + one + added.id + ' '));
    const auto keys = SealKeys::parse(added.text, "test");
    CHECK(keys.newest() == "k1");
    REQUIRE(keys.find(added.id));
    CHECK(*keys.find("k1") != *keys.find(added.id));
    CHECK(with_new_key(comment + one).value().text != added.text);

    const auto used = with_newest(added.text, added.id).value();
    CHECK(used.starts_with(comment + added.id + ' '));
    CHECK(SealKeys::parse(used, "test").newest() == added.id);
    CHECK(*SealKeys::parse(used, "test").find("k1") == *keys.find("k1"));
    CHECK(without_key(used, "k1").value().find("k1") == std::string::npos);
}

TEST_CASE("the id of a new key is behind all that are there", "[seal]")
{
    CHECK(with_new_key(two + one).value().id.starts_with("k3"));
    CHECK(with_new_key("k3xqvd" + two.substr(2)).value().id.starts_with("k4"));
    CHECK(with_new_key("a" + one.substr(2)).value().id.starts_with("k1"));
    CHECK(with_new_key("k99999999999" + one.substr(2)).value().id.starts_with("k1"));
    // The file may end without a line end.
    CHECK(SealKeys::parse(with_new_key(one.substr(0, one.size() - 1)).value().text, "test")
              .find("k1"));
}

TEST_CASE("a new key does not get the name of one that was removed", "[seal]")
{
    // Removed here, on another host it is still believed.
    std::set<std::string> ids;
    for (int time = 0; time < 20; ++time) {
        const auto added = with_new_key(one).value();
        ids.insert(added.id);
        CHECK(without_key(added.text, added.id).value() == one);
    }
    CHECK(ids.size() == 20);
}

TEST_CASE("a key file is not changed into one that cannot be used", "[seal]")
{
    CHECK(with_new_key("").error() == KeyFileFault::Unreadable);
    CHECK(with_new_key("k1 abc\n").error() == KeyFileFault::Unreadable);
    CHECK(with_newest(one + one, "k1").error() == KeyFileFault::Unreadable);
    CHECK(with_newest(one, "k2").error() == KeyFileFault::NoSuchKey);
    CHECK(with_newest(one, "").error() == KeyFileFault::NoSuchKey);
    CHECK(with_newest(comment + one, "#").error() == KeyFileFault::NoSuchKey);
    CHECK(with_newest(one, "k1").value() == one);
    CHECK(without_key(one, "k1").error() == KeyFileFault::IsNewest);
    CHECK(without_key(one + two, "k1").error() == KeyFileFault::IsNewest);
    CHECK(without_key(one + two, "k3").error() == KeyFileFault::NoSuchKey);
    CHECK(without_key(one + two, "k2").value() == one);
}

TEST_CASE("a private file is replaced whole, with its rights, or not at all", "[seal]")
{
    const test::PrivateFolder folder;
    const auto file = folder.path() / "link.key";
    std::ofstream{file} << one;
    ::chmod(file.c_str(), 0640);
    edit_private_file(file, [](const std::string& text) { return text + two; });
    CHECK(read(file) == one + two);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);

    std::filesystem::create_symlink(file, folder.path() / "link");
    edit_private_file(folder.path() / "link", [](const std::string&) { return one + two; });
    CHECK(std::filesystem::is_symlink(folder.path() / "link"));
    CHECK(read(file) == one + two);

    const auto fails = [](const std::string&) -> std::string {
        throw Error{Error::Kind::Usage, "no"};
    };
    CHECK_THROWS_AS(edit_private_file(file, fails), Error);
    CHECK(read(file) == one + two);
    CHECK_FALSE(std::filesystem::exists(file.string() + ".new"));

    std::ofstream{file.string() + ".new"} << "somebody else's";
    CHECK_THROWS_AS(edit_private_file(file, [](const std::string& text) { return text; }), Error);
    CHECK(read(file.string() + ".new") == "somebody else's");
    CHECK_THROWS_AS(edit_private_file(folder.path() / "none", fails), Error);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "none.new"));
}

TEST_CASE("keys that everybody knows are not edited, but refused as by every program", "[seal]")
{
    const test::PrivateFolder folder;
    const auto file = folder.path() / "link.key";
    const auto adds = [](const std::string& text) { return text + two; };
    std::ofstream{file} << one;
    for (const mode_t mode : {0644U, 0602U}) {
        ::chmod(file.c_str(), mode);
        CHECK_THROWS_AS(edit_private_file(file, adds), Error);
        CHECK(read(file) == one);
    }
    ::chmod(file.c_str(), 0600);
    std::ofstream{file} << one << std::string(1 << 20, '#');
    CHECK_THROWS_AS(edit_private_file(file, adds), Error);
}
