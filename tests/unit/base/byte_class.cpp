#include "base/byte_class.hpp"

#include <random>
#include <string>

#include "tests/support/catch.hpp"

namespace lazaret {

TEST_CASE("a class of bytes finds what a text finds with it", "[base]")
{
    static constexpr std::string_view bytes{"a\xff \0z", 5};
    static_assert(ByteClass{bytes}.has('a') && !ByteClass{bytes}.has('b'));
    const std::string_view all{bytes};
    const ByteClass one{all};
    std::mt19937 random{3};
    for (int round = 0; round < 2'000; ++round) {
        std::string text;
        for (auto left = random() % 12; left > 0; --left)
            text +=
                random() % 2 == 0 ? all[random() % all.size()] : static_cast<char>(random() % 256);
        const auto from = random() % 14;
        CAPTURE(text, from);
        CHECK(one.first_in(text, from) == text.find_first_of(all, from));
        CHECK(one.first_not_in(text, from) == text.find_first_not_of(all, from));
        CHECK(one.last_not_in(text) == text.find_last_not_of(all));
    }
}

}  // namespace lazaret
