#include "milter/filter/dns/blocked_lists.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/network/network_case.hpp"

namespace lazaret::filter::rules {
namespace {

const std::string rules =
    "header LISTED eval:check_rbl('a', 'l.example')\nscore LISTED 0 3 0 4\n"
    "header SPF_FAIL eval:check_for_spf_fail()\n"
    "askdns ASKED _SENDERDOMAIN_.l.example\n"
    "urirhsbl LINKED l.example A\nbody LINKED eval:check_uridnsbl('LINKED')\n"
    "body HELLO /See/\nscore HELLO 1 2 1 2\n"
    "meta BOTH LISTED && HELLO\n";

NetworkCase case_of(const std::string& text)
{
    NetworkCase one{text};
    one.network.found.spf_mail_from.result = auth::Result::Fail;
    one.network.add("7.113.0.203.l.example", "127.0.0.2");
    one.network.add("sender.example.l.example", "127.0.0.2");
    one.network.add("shop.example.l.example", "127.0.0.2");
    return one;
}

}  // namespace

TEST_CASE("offline nothing is asked, and other scores count", "[rules][network]")
{
    auto one = case_of(rules);
    CHECK(one.book.problems().empty());
    CHECK(one.hits(true) == std::set<std::string>{"HELLO"});
    CHECK(one.points == 1);
    CHECK(one.network.asked.empty());

    CHECK(one.hits() ==
          std::set<std::string>{"LISTED", "SPF_FAIL", "ASKED", "LINKED", "HELLO", "BOTH"});
    CHECK(one.points == 3 + 1 + 1 + 1 + 2 + 1);
    for (std::uint32_t at = 0; at < one.book.size(); ++at)
        CHECK(one.book.standing(at).state == Standing::State::On);
}

TEST_CASE("a rule without points asks nothing", "[rules][network]")
{
    auto one = case_of("header LISTED eval:check_rbl('a', 'l.example')\nscore LISTED 1 0 1 0\n");
    CHECK(one.hits().empty());
    CHECK(one.network.asked.empty());
}

TEST_CASE("what a list says instead of an answer is no listing", "[rules][network]")
{
    struct Row {
        std::string zone;
        std::string record;
        bool is_blocked;
    };
    const auto row = GENERATE(values<Row>({
        {"zen.spamhaus.org", "127.255.255.254", true},
        {"zen.spamhaus.org", "127.255.255.255", true},
        {"zen.spamhaus.org", "127.255.255.252", true},
        {"zen.spamhaus.org", "127.0.0.2", false},
        {"multi.uribl.com", "127.0.0.1", true},
        {"multi.surbl.org", "127.0.0.1", true},
        {"list.dnswl.org", "127.0.0.255", true},
        {"list.dnswl.org", "127.0.10.3", false},
        {"other.example", "127.0.0.1", false},
    }));
    NetworkCase one{"header LISTED eval:check_rbl('a', '" + row.zone + "')\n" +
                    "header BITS eval:check_rbl_sub('a', '3')\n"
                    "header LIST_BLOCKED eval:check_rbl_sub('a', '^127\\.(255|0\\.0\\.(1|255)$)')\n"
                    "urirhssub LINKED " +
                    row.zone +
                    " A 3\n"
                    "body LINKED eval:check_uridnsbl('LINKED')\n"};
    one.network.add("7.113.0.203." + row.zone, row.record);
    one.network.add("shop.example." + row.zone, row.record);
    INFO(row.zone << ' ' << row.record);
    const auto hits = one.hits();
    CHECK(hits.contains("LISTED") != row.is_blocked);
    if (row.is_blocked) {
        CHECK_FALSE(hits.contains("BITS"));
        CHECK_FALSE(hits.contains("LINKED"));
        const bool is_in_pattern = row.record != "127.0.0.2";
        CHECK(hits.contains("LIST_BLOCKED") == is_in_pattern);
    }
    const auto blocked = dns::blocked_lists(one.network.answers(), one.book.zones());
    CHECK(blocked == (row.is_blocked ? std::set<std::string>{row.zone} : std::set<std::string>{}));
}

TEST_CASE("the book knows the zones that its rules ask", "[rules][network]")
{
    const NetworkCase one{
        "header A eval:check_rbl('a', 'one.example.')\nasn_lookup asn.example\n"
        "header B eval:check_asn('1')\nurirhsbl C two.example. A\n"
        "body C eval:check_uridnsbl('C')\naskdns D _SENDERDOMAIN_.three.example.\n"
        "askdns E _SENDERDOMAIN_\nheader F eval:check_hashbl_emails('four.example/A')\n"};
    CHECK(one.book.zones() == std::set<std::string>{"asn.example", "four.example", "one.example",
                                                    "three.example", "two.example"});
}

}  // namespace lazaret::filter::rules
