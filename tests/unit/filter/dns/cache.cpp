#include "milter/filter/dns/cache.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

constexpr Cache::Moment start{1'000s};

Question about(const std::string& name) { return question(name, RecordType::Txt); }

Answer saying(const std::string& text) { return {Answer::State::Found, {text}}; }

TEST_CASE("an answer is kept as long as it lives", "[dns]")
{
    Cache cache{10'000};
    cache.put(about("a.example"), saying("one"), 60s, start);
    cache.put(about("b.example"), saying("none"), 0s, start);
    const auto* const found = cache.find(about("a.example"), start + 59s);
    REQUIRE(found);
    CHECK(*found == saying("one"));
    CHECK(!cache.find(question("a.example", RecordType::A), start));
    CHECK(!cache.find(about("b.example"), start));
    CHECK(!cache.find(about("a.example"), start + 60s));
    CHECK(!cache.find(about("a.example"), start));  // gone since
}

TEST_CASE("a newer answer takes the place of the old one", "[dns]")
{
    Cache cache{10'000};
    cache.put(about("a.example"), saying("one"), 60s, start);
    cache.put(about("a.example"), saying("two"), 60s, start + 30s);
    REQUIRE(cache.find(about("a.example"), start + 80s));
    CHECK(*cache.find(about("a.example"), start + 80s) == saying("two"));
    cache.put(about("a.example"), {}, 0s, start + 81s);
    CHECK(!cache.find(about("a.example"), start + 81s));
}

TEST_CASE("when the cache is full, what was not used for longest goes", "[dns]")
{
    Cache cache{4'000};
    for (const auto* name : {"a.example", "b.example", "c.example"})
        cache.put(about(name), saying(std::string(1'000, 'x')), 60s, start);
    CHECK(cache.find(about("a.example"), start));
    cache.put(about("d.example"), saying(std::string(1'000, 'x')), 60s, start);
    CHECK(cache.find(about("a.example"), start));
    CHECK(!cache.find(about("b.example"), start));
    CHECK(cache.find(about("c.example"), start));
    CHECK(cache.find(about("d.example"), start));
    cache.put(about("e.example"), saying(std::string(4'000, 'x')), 60s, start);
    CHECK(!cache.find(about("e.example"), start));
    CHECK(cache.find(about("d.example"), start));
}

}  // namespace
}  // namespace lazaret::filter::dns
