#include "milter/filter/rules/uris/host_list.hpp"

#include "milter/filter/rules/uris/uris.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/uris/boundaries.hpp"

namespace lazaret::filter::rules {
namespace {

TEST_CASE("the most specific entry of a host list decides", "[uris]")
{
    HostList list;
    list.enlist("Example.org");
    list.enlist("!good.example.org");
    list.enlist("192.0.2.1");
    list.enlist("test");

    CHECK(list.verdict("example.org") == true);
    CHECK(list.verdict("www.example.org") == true);
    CHECK(list.verdict("good.example.org") == false);
    CHECK(list.verdict("very.good.example.org") == false);
    CHECK(list.verdict("example.com") == std::nullopt);
    CHECK(list.verdict("a.test") == true);
    CHECK(list.verdict("192.0.2.1") == true);
    CHECK(list.verdict("[192.0.2.1]") == true);
    CHECK(list.verdict("9.192.0.2.1") == true);
    CHECK(list.verdict("") == std::nullopt);
    CHECK(list.verdict("[") == std::nullopt);
    list.delist("!good.example.org");
    CHECK(list.verdict("good.example.org") == true);
    list.enlist("a.b.c.d.e.f.g.h.i.j.k.com");
    CHECK(list.verdict("a.b.c.d.e.f.g.h.i.j.k.com") == std::nullopt);
}

TEST_CASE("mail addresses do not count for a host list", "[uris]")
{
    HostList list;
    list.enlist("example.org");
    const auto has = [&list](std::string_view text) {
        return list.has_one_of(uris_of({std::span{&text, 1}, {}, {}}, {}, small_world()));
    };
    CHECK(has("see www.example.org today"));
    CHECK_FALSE(has("see anna@example.org today"));
    CHECK_FALSE(has("see www.example.com today"));
}

}  // namespace
}  // namespace lazaret::filter::rules
