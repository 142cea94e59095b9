#include "portal/form.hpp"

#include "tests/support/catch.hpp"

using lazaret::portal::read_form;
using Form = std::map<std::string, std::string>;

TEST_CASE("a form is read from any bytes", "[portal]")
{
    CHECK(read_form("").empty());
    CHECK(read_form("&&").empty());
    CHECK(read_form("a=1&b=x+y%20z") == Form{{"a", "1"}, {"b", "x y z"}});
    CHECK(read_form("a=1&a=2") == Form{{"a", "1"}});
    CHECK(read_form("a") == Form{{"a", ""}});
    CHECK(read_form("a=%C3%A9%zz%4") == Form{{"a", "\u00E9%zz%4"}});
    CHECK(read_form("a=%00%FF") == Form{{"a", "\uFFFD\uFFFD"}});
    CHECK(read_form("List-Unsubscribe=One-Click").at("List-Unsubscribe") == "One-Click");
    std::string many;
    for (int name = 0; name < 1000; ++name) many += std::to_string(name) + "=x&";
    CHECK(read_form(many).size() == 80);
}
