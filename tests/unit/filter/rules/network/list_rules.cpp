#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/network/network_case.hpp"

namespace lazaret::filter::rules {
namespace {

struct Row {
    std::string rule;  ///< behind `header HIT eval:`
    std::string name;  ///< of the record
    std::string record;
    bool hits;
    dns::RecordType type = dns::RecordType::A;
};

}  // namespace

TEST_CASE("lists are asked about the relays that the set's name says", "[rules][network]")
{
    // The client is 203.0.113.7, and 198.51.100.9 gave it the message.
    const auto row = GENERATE(values<Row>({
        {"check_rbl('a', 'l.example.')", "7.113.0.203.l.example", "127.0.0.2", true},
        {"check_rbl('a', 'l.example.')", "9.100.51.198.l.example", "127.0.0.2", true},
        {"check_rbl('a', 'l.example.')", "7.113.0.203.l.example", "203.0.113.1", false},
        {"check_rbl('a-lastexternal', 'l.example')", "7.113.0.203.l.example", "127.0.0.2", true},
        {"check_rbl('a-lastexternal', 'l.example')", "9.100.51.198.l.example", "127.0.0.2", false},
        {"check_rbl('a-firsttrusted', 'l.example')", "7.113.0.203.l.example", "127.0.0.2", true},
        {"check_rbl('a-firsttrusted', 'l.example')", "9.100.51.198.l.example", "127.0.0.2", false},
        {"check_rbl('a-untrusted', 'l.example')", "7.113.0.203.l.example", "127.0.0.2", false},
        {"check_rbl('a-untrusted', 'l.example')", "9.100.51.198.l.example", "127.0.0.2", true},
        {"check_rbl('a-notfirsthop', 'l.example')", "7.113.0.203.l.example", "127.0.0.2", true},
        {"check_rbl('a-notfirsthop', 'l.example')", "9.100.51.198.l.example", "127.0.0.2", false},
        {"check_rbl('a', 'l.example', '127.0.0.3')", "7.113.0.203.l.example", "127.0.0.3", true},
        {"check_rbl('a', 'l.example', '127.0.0.3')", "7.113.0.203.l.example", "127.0.0.30", false},
        {"check_rbl('a', 'l.example', '^127\\.0\\.0\\.[2345]$')", "7.113.0.203.l.example",
         "127.0.0.5", true},
        {"check_rbl('a', 'l.example', '^127\\.0\\.0\\.[2345]$')", "7.113.0.203.l.example",
         "127.0.0.6", false},
        {"check_rbl('a', 'l.example', '6')", "7.113.0.203.l.example", "127.0.0.2", true},
        {"check_rbl('a', 'l.example', '6')", "7.113.0.203.l.example", "127.0.0.8", false},
        {"check_rbl_txt('a', 'l.example', '(?i:spam)')", "7.113.0.203.l.example", "Blocked: SPAM",
         true, dns::RecordType::Txt},
        {"check_rbl_txt('a', 'l.example', '(?i:spam)')", "7.113.0.203.l.example", "Blocked", false,
         dns::RecordType::Txt},
    }));
    NetworkCase one{"header HIT eval:" + row.rule + "\n"};
    CHECK(one.book.problems().empty());
    one.network.add(row.name, row.record, row.type);
    INFO(row.rule << ' ' << row.name << ' ' << row.record);
    CHECK(one.hits().contains("HIT") == row.hits);
}

TEST_CASE("lists are asked about senders and fields", "[rules][network]")
{
    const auto row = GENERATE(values<Row>({
        {"check_rbl_envfrom('a', 'l.example')", "sender.example.l.example", "127.0.0.2", true},
        {"check_rbl_from_host('a', 'l.example')", "from.sender.example.l.example", "127.0.0.2",
         true},
        {"check_rbl_from_host('a', 'l.example')", "sender.example.l.example", "127.0.0.2", true},
        {"check_rbl_from_domain('a', 'l.example', '127.0.0.4')", "sender.example.l.example",
         "127.0.0.4", true},
        {"check_rbl_from_domain('a', 'l.example')", "from.sender.example.l.example", "127.0.0.4",
         false},
        {"check_rbl_headers('a', 'l.example')", "reply.example.l.example", "127.0.0.2", true},
        {"check_rbl_headers('a', 'l.example', '2', 'X-Host')", "9.2.0.192.l.example", "127.0.0.2",
         true},
        {"check_rbl_headers('a', 'l.example', '2', 'X-Host')", "reply.example.l.example",
         "127.0.0.2", false},
        {"check_rbl_rcvd('a', 'l.example')", "home.farther.example.l.example", "127.0.0.2", true},
        {"check_rbl_rcvd('a', 'l.example')", "9.100.51.198.l.example", "127.0.0.2", true},
        {"check_rbl_rcvd('a', 'l.example')", "7.113.0.203.l.example", "127.0.0.2", false},
        {"check_rbl_accreditor('a', 'l.example', '2', 'good')", "7.113.0.203.l.example",
         "127.0.0.2", true},
        {"check_rbl_accreditor('a', 'l.example', '2', 'other')", "7.113.0.203.l.example",
         "127.0.0.2", false},
    }));
    NetworkCase one{"header HIT eval:" + row.rule + "\n"};
    one.bytes =
        "Reply-To: x@reply.example\r\nX-Host: 192.0.2.9\r\nAccreditor: Good, p=1\r\n" + one.bytes;
    one.network.add(row.name, row.record);
    INFO(row.rule << ' ' << row.name);
    CHECK(one.hits().contains("HIT") == row.hits);
}

TEST_CASE("rules of one set share its answers", "[rules][network]")
{
    NetworkCase one{
        "header __ZEN eval:check_rbl('zen', 'zen.example.')\n"
        "header SBL eval:check_rbl_sub('zen', '127.0.0.2')\n"
        "header CSS eval:check_rbl_sub('zen', '127.0.0.3')\n"
        "header OTHER eval:check_rbl_sub('other', '127.0.0.2')\n"};
    one.network.add("7.113.0.203.zen.example", "127.0.0.4");
    one.network.add("7.113.0.203.zen.example", "127.0.0.2");
    CHECK(one.hits() == std::set<std::string>{"__ZEN", "SBL"});
    CHECK(one.network.asked.size() == 2);
}

TEST_CASE("a relay of the site's own is asked only lists that speak well", "[rules][network]")
{
    NetworkCase one{
        "trusted_networks 203.0.113.7\n"
        "header BAD eval:check_rbl('a-lastexternal', 'l.example')\n"
        "header GOOD eval:check_rbl('b-lastexternal', 'w.example')\ntflags GOOD nice net\n"};
    one.network.add("9.100.51.198.l.example", "127.0.0.2");
    one.network.add("7.113.0.203.w.example", "127.0.0.2");
    one.hits();
    CHECK_FALSE(one.network.was_asked("7.113.0.203.l.example"));
}

TEST_CASE("flags leave out names or addresses", "[rules][network]")
{
    NetworkCase one{
        "header IPS eval:check_rbl_rcvd('a', 'l.example')\ntflags IPS net ips_only\n"
        "header NAMES eval:check_rbl_rcvd('b', 'm.example')\ntflags NAMES net domains_only\n"};
    one.hits();
    CHECK(one.network.was_asked("9.100.51.198.l.example"));
    CHECK_FALSE(one.network.was_asked("home.farther.example.l.example"));
    CHECK_FALSE(one.network.was_asked("9.100.51.198.m.example"));
    CHECK(one.network.was_asked("home.farther.example.m.example"));
}

TEST_CASE("a sender's domain is looked for, and its name servers", "[rules][network]")
{
    const std::string rules =
        "header NO_DNS eval:check_dns_sender()\n"
        "header SERVERS eval:check_rbl_ns_from('a', 'l.example')\n";
    NetworkCase gone{rules};
    CHECK(gone.hits() == std::set<std::string>{"NO_DNS"});

    NetworkCase there{rules};
    there.network.add("sender.example", "mx.sender.example", dns::RecordType::Mx);
    there.network.add("sender.example", "ns1.host.example", dns::RecordType::Ns);
    there.network.add("ns1.host.example.l.example", "127.0.0.2");
    CHECK(there.hits() == std::set<std::string>{"SERVERS"});

    NetworkCase silent{rules};
    silent.network.records[dns::question("sender.example", dns::RecordType::Mx)] = {
        dns::Answer::State::Failed, {}};
    CHECK(silent.hits().empty());
}

TEST_CASE("a message from inside asks nothing", "[rules][network]")
{
    NetworkCase one{
        "trusted_networks 203.0.113.0/24 198.51.100.0/24\n"
        "internal_networks 203.0.113.0/24 198.51.100.0/24\n"
        "header HIT eval:check_rbl('a', 'l.example')\n"};
    CHECK(one.hits().empty());
    CHECK(one.network.asked.empty());
}

TEST_CASE("restrictions and skipped checks hold", "[rules][network]")
{
    const std::string rule = "header HIT eval:check_rbl('a', 'zen.list.example')\n";
    const auto asks = [&](const std::string& settings) {
        NetworkCase one{settings + rule};
        one.network.add("7.113.0.203.zen.list.example", "127.0.0.2");
        return one.hits().contains("HIT") && !one.network.asked.empty();
    };
    CHECK(asks(""));
    CHECK_FALSE(asks("dns_query_restriction deny list.example\n"));
    CHECK(
        asks("dns_query_restriction deny list.example\n"
             "dns_query_restriction allow zen.list.example\n"));
    CHECK_FALSE(asks("dns_query_restriction deny *\n"));
    CHECK(asks("dns_query_restriction deny *\nclear_dns_query_restrictions\n"));
    CHECK_FALSE(asks("skip_rbl_checks 1\n"));
}

}  // namespace lazaret::filter::rules
