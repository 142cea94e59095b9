#include "base/text_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace lazaret {
namespace {

constexpr std::size_t buckets = 1'000;  // or a few more

template <class Set>
std::size_t fullest_bucket(const std::vector<std::string>& texts)
{
    Set set(buckets);
    set.insert(texts.begin(), texts.end());
    std::size_t fullest = 0;
    for (std::size_t bucket = 0; bucket < set.bucket_count(); ++bucket)
        fullest = std::max(fullest, set.bucket_size(bucket));
    return fullest;
}

}  // namespace

TEST_CASE("texts that std::hash has in one bucket are spread", "[base]")
{
    using Usual = std::unordered_set<std::string>;
    const Usual usual(buckets);
    std::vector<std::string> texts;
    for (int number = 0; texts.size() < 500; ++number)
        if (auto text = fmt::format("http://example.com/{}", number); usual.bucket(text) == 0)
            texts.push_back(std::move(text));
    REQUIRE(fullest_bucket<Usual>(texts) == texts.size());

    // By chance no bucket of as many has more than a dozen, not once in 10^9 runs.
    CHECK(fullest_bucket<TextSet>(texts) <= 12);
    CHECK(TextHash{}("") != TextHash{}(std::string_view{"\0", 1}));
}

TEST_CASE("a table of texts is asked by a view", "[base]")
{
    const TextSet set{"one", "two"};
    CHECK(set.contains(std::string_view{"one"}));
    CHECK_FALSE(set.contains(std::string_view{"three"}));
    const TextViewSet views{"one", "one"};
    CHECK(views.size() == 1);
}

}  // namespace lazaret
