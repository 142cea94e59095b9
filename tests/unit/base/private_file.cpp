#include "base/private_file.hpp"

#include <sys/stat.h>

#include <string>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;

TEST_CASE("a secret is one line of base64 in a file that is not everybody's", "[private]")
{
    const test::PrivateFolder folder;
    const auto file = folder.at("vote.key");
    const std::string secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const auto read = [&](const std::string& text, mode_t mode = 0640) {
        folder.write("vote.key", text);
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        return read_shared_secret(file);
    };
    CHECK(read(secret + "\n") == secret);
    CHECK(read(std::string(32, 'x')) == std::string(32, 'x'));
    CHECK(read(std::string(512, 'x')).size() == 512);
    CHECK_THROWS_AS(read(std::string(31, 'x')), Error);
    CHECK_THROWS_AS(read(std::string(513, 'x')), Error);
    CHECK_THROWS_AS(read(secret + "\n" + secret), Error);
    CHECK_THROWS_AS(read("k1 " + secret), Error);
    CHECK_THROWS_AS(read(""), Error);
    CHECK_THROWS_AS(read(secret, 0644), Error);
    CHECK_THROWS_AS(read(secret, 0642), Error);
    CHECK_THROWS_AS(read_shared_secret(folder.at("none")), Error);
}

TEST_CASE("a given secret is one printable line in a file that is not everybody's", "[private]")
{
    const test::PrivateFolder folder;
    const auto file = folder.at("client.secret");
    const auto read = [&](const std::string& text, mode_t mode = 0640) {
        folder.write("client.secret", text);
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        return read_given_secret(file);
    };
    CHECK(read("p8~.a b\"c\n") == "p8~.a b\"c");
    CHECK(read("x") == "x");
    CHECK(read(std::string(512, 'x')).size() == 512);
    CHECK_THROWS_AS(read(std::string(513, 'x')), Error);
    CHECK_THROWS_AS(read(""), Error);
    CHECK_THROWS_AS(read(" \n"), Error);
    CHECK_THROWS_AS(read("one\ntwo"), Error);
    CHECK_THROWS_AS(read("caf\xc3\xa9"), Error);
    CHECK_THROWS_AS(read("x", 0644), Error);
    CHECK_THROWS_AS(read("x", 0642), Error);
    CHECK_THROWS_AS(read_given_secret(folder.at("none")), Error);
}
