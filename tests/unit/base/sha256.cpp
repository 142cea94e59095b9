#include "base/sha256.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace lazaret {

TEST_CASE("a SHA-256 is that of FIPS 180-4", "[base]")
{
    // Its examples: one block, two blocks, a million letters.
    CHECK(hex(Sha256{}.digest("abc")) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(Sha256{}.digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    Sha256 long_one;
    for (int times = 0; times < 1'000; ++times) long_one.add(std::string(1'000, 'a'));
    CHECK(hex(long_one.digest()) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(hex(Sha256{}.digest()) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a hash may be asked on the way", "[base]")
{
    Sha256 hash;
    hash.add("a");
    CHECK(hash.digest("bc") == Sha256{}.digest("abc"));
    CHECK(hash.digest("x") == Sha256{}.digest("ax"));
    hash.add("bc");
    CHECK(hash.digest() == Sha256{}.digest("abc"));
}

}  // namespace lazaret
