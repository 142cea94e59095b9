#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/network/network_case.hpp"

namespace lazaret::filter::rules {
namespace {

struct Row {
    std::string statement;  ///< `urirhssub HIT zone ...`
    std::string flags;      ///< behind `tflags HIT net`
    std::string name;
    std::string record;
    bool hits;
};

std::string rule(const std::string& statement, const std::string& flags = {})
{
    return statement + "\nbody HIT eval:check_uridnsbl('HIT')\ntflags HIT net " + flags + "\n";
}

}  // namespace

TEST_CASE("lists are asked about the hosts of links", "[rules][network]")
{
    // The message links to www.shop.example and 192.0.2.77.
    const auto row = GENERATE(values<Row>({
        {"urirhsbl HIT l.example. A", "", "shop.example.l.example", "127.0.0.2", true},
        {"urirhsbl HIT l.example. A", "", "shop.example.l.example", "192.0.2.1", true},
        {"urirhsbl HIT l.example. A", "notrim", "www.shop.example.l.example", "127.0.0.2", true},
        {"urirhsbl HIT l.example. A", "notrim", "shop.example.l.example", "127.0.0.2", false},
        {"urirhsbl HIT l.example. A", "", "77.2.0.192.l.example", "127.0.0.2", true},
        {"urirhsbl HIT l.example. A", "domains_only", "77.2.0.192.l.example", "127.0.0.2", false},
        {"urirhsbl HIT l.example. A", "ips_only", "shop.example.l.example", "127.0.0.2", false},
        {"urirhsbl HIT l.example. A", "ips_only", "77.2.0.192.l.example", "127.0.0.2", true},
        {"urirhssub HIT l.example. A 127.0.1.2", "", "shop.example.l.example", "127.0.1.2", true},
        {"urirhssub HIT l.example. A 127.0.1.2", "", "shop.example.l.example", "127.0.1.3", false},
        {"urirhssub HIT l.example A 8", "", "shop.example.l.example", "127.0.0.10", true},
        {"urirhssub HIT l.example A 8", "", "shop.example.l.example", "127.0.0.16", false},
        {"urirhssub HIT l.example A 0x10/0x10", "", "shop.example.l.example", "127.0.0.16", true},
        {"urirhssub HIT l.example A 127.0.1.4-127.0.1.6", "", "shop.example.l.example", "127.0.1.5",
         true},
        {"urirhssub HIT l.example A 127.0.1.4-127.0.1.6", "", "shop.example.l.example", "127.0.1.7",
         false},
        // Of a host that another host is asked for first.
        {"uridnssub HIT l.example A 127.0.0.2", "a", "50.2.0.192.l.example", "127.0.0.2", true},
        {"uridnssub HIT l.example A 127.0.0.2", "a", "53.2.0.192.l.example", "127.0.0.2", false},
        {"uridnssub HIT l.example A 127.0.0.2", "", "53.2.0.192.l.example", "127.0.0.2", true},
        {"uridnssub HIT l.example A 127.0.0.2", "", "50.2.0.192.l.example", "127.0.0.2", false},
        {"uridnssub HIT l.example A 127.0.0.2", "a ns", "53.2.0.192.l.example", "127.0.0.2", true},
        {"uridnsbl HIT l.example A", "ns", "53.2.0.192.l.example", "127.0.0.9", true},
        {"urinsrhsbl HIT l.example A", "", "host.example.l.example", "127.0.0.2", true},
        {"urinsrhssub HIT l.example A 4", "", "host.example.l.example", "127.0.0.2", false},
        {"urifullnsrhsbl HIT l.example A", "", "ns1.host.example.l.example", "127.0.0.2", true},
        {"urifullnsrhssub HIT l.example A 2", "", "ns1.host.example.l.example", "127.0.0.2", true},
        {"urifullnsrhsbl HIT l.example A", "", "host.example.l.example", "127.0.0.2", false},
    }));
    NetworkCase one{rule(row.statement, row.flags)};
    CHECK(one.book.problems().empty());
    one.network.add("www.shop.example", "192.0.2.50");
    one.network.add("shop.example", "ns1.host.example", dns::RecordType::Ns);
    one.network.add("ns1.host.example", "192.0.2.53");
    one.network.add(row.name, row.record);
    INFO(row.statement << ' ' << row.flags << ' ' << row.name << ' ' << row.record);
    // An address elsewhere is what a wrong resolver makes of "no such name".
    const bool is_bogus = row.record == "192.0.2.1";
    CHECK(one.hits().contains("HIT") == (row.hits && !is_bogus));
}

TEST_CASE("domains that all know are not looked up", "[rules][network]")
{
    const auto asked = [](const std::string& settings) {
        NetworkCase one{settings + rule("urirhsbl HIT l.example A")};
        one.hits();
        return one.network.was_asked("shop.example.l.example");
    };
    CHECK(asked(""));
    CHECK_FALSE(asked("uridnsbl_skip_domain Shop.example other.example\n"));
    CHECK_FALSE(asked("uridnsbl_skip_domain www.shop.example\n"));
    CHECK(asked("uridnsbl_skip_domain shop.example\nclear_uridnsbl_skip_domain\n"));
    CHECK(asked(
        "uridnsbl_skip_domain shop.example a.test\nclear_uridnsbl_skip_domain shop.example\n"));
    CHECK_FALSE(asked("skip_uribl_checks 1\n"));
    CHECK_FALSE(asked("uridnsbl_max_domains 0\n"));
}

TEST_CASE("a message with many links asks as much as one with some", "[rules][network]")
{
    NetworkCase one{rule("urirhsbl HIT l.example A")};
    for (int at = 0; at < 500; ++at)
        one.bytes += "http://www.d" + std::to_string(at) + ".example/\r\n";
    one.hits();
    CHECK(one.network.asked.size() == 20);

    NetworkCase greedy{"uridnsbl_max_domains 100000\n" + rule("uridnsbl HIT l.example A", "a ns")};
    greedy.bytes = one.bytes;
    for (int at = 0; at < 500; ++at)
        for (int server = 0; server < 50; ++server) {
            const auto name = "ns" + std::to_string(server) + ".d" + std::to_string(at) + ".test";
            greedy.network.add("d" + std::to_string(at) + ".example", name, dns::RecordType::Ns);
            greedy.network.add(name,
                               "198.18." + std::to_string(at % 200) + '.' + std::to_string(server));
        }
    greedy.hits();
    CHECK(greedy.network.asked.size() <= 300);
}

TEST_CASE("what is wrong with a line about links is a problem", "[rules][network]")
{
    CHECK(NetworkCase{rule("urirhssub HIT l.example A")}.book.problems().size() == 2);
    CHECK(NetworkCase{rule("urirhssub HIT l.example A x")}.book.problems().size() == 2);
    CHECK(NetworkCase{rule("urirhsbl HIT l.example SOA")}.book.problems().size() == 2);
    // No line says which list.
    CHECK(NetworkCase{rule("")}.book.problems().size() == 1);
}

}  // namespace lazaret::filter::rules
