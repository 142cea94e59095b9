#include "base/mail/mac.hpp"

#include <set>

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("a MAC is of its key, its text and its length", "[seal]")
{
    const std::string key(32, 'k');
    const auto mac = mac_of(key, "for what\ntext", 16);
    CHECK(mac.size() == 16);
    const std::set<std::string> others{
        mac_of(std::string(32, 'l'), "for what\ntext", 16), mac_of(key, "for else\ntext", 16),
        mac_of(key, "for what\ntexu", 16), mac_of(key, "for what\ntext", 32).substr(0, 16),
        mac_of(key, "", 16)};
    CHECK(others.size() == 5);
    CHECK_FALSE(others.contains(mac));
    CHECK(is_same_secret(mac, mac_of(key, "for what\ntext", 16)));
    CHECK_FALSE(is_same_secret(mac, mac_of(key, "for else\ntext", 16)));
    CHECK_FALSE(is_same_secret(mac.substr(0, 15), mac));
    CHECK_FALSE(is_same_secret("", mac));
    CHECK(is_same_secret("", ""));
}
