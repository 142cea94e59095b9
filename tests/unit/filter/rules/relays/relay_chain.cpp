#include "milter/filter/rules/relays/relay_chain.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lazaret::filter::rules;

namespace {

std::string hop(const std::string& ip, const std::string& with = "ESMTP")
{
    return " from helo.example (name.example [" + ip + "]) by mx.example.org (Postfix) with " +
           with + " id abc\n";
}

RuleHeaders received(const std::vector<std::string>& values)
{
    RuleHeaders headers;
    for (const auto& value : values) headers.add("Received", value);
    return headers;
}

std::string ips(const std::vector<Relay>& relays)
{
    std::string text;
    for (const auto& relay : relays) text += (text.empty() ? "" : " ") + relay.ip;
    return text;
}

std::optional<NetworkSet> networks(const std::vector<std::string>& names)
{
    std::optional<NetworkSet> set;
    for (const auto& name : names) {
        if (!set) set.emplace();
        REQUIRE(set->add(name));
    }
    return set;
}

RelaySettings settings(const std::vector<std::string>& trusted,
                       const std::vector<std::string>& internal = {},
                       const std::vector<std::string>& msa = {})
{
    RelaySettings made;
    made.trusted = networks(trusted);
    made.internal = networks(internal);
    made.msa = networks(msa);
    return made;
}

}  // namespace

TEST_CASE("trust ends where the networks say, or at the first public client", "[relays]")
{
    struct Row {
        const char* says;
        std::vector<std::string> hops;
        std::vector<std::string> trusted, internal, msa;
        const char *in_trusted, *in_untrusted, *in_internal, *in_external;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing is set",
         {"10.0.0.1", "192.0.2.1", "10.0.0.2"},
         {},
         {},
         {},
         "10.0.0.1",
         "192.0.2.1 10.0.0.2",
         "10.0.0.1",
         "192.0.2.1 10.0.0.2"},
        {"trusted only",
         {"192.0.2.1", "198.51.100.1", "192.0.2.2"},
         {"192.0.2.0/24"},
         {},
         {},
         "192.0.2.1",
         "198.51.100.1 192.0.2.2",
         "192.0.2.1",
         "198.51.100.1 192.0.2.2"},
        {"internal within trusted",
         {"192.0.2.1", "198.51.100.1", "203.0.113.1"},
         {"192.0.2.0/24", "198.51.100."},
         {"192.0.2.1"},
         {},
         "192.0.2.1 198.51.100.1",
         "203.0.113.1",
         "192.0.2.1",
         "198.51.100.1 203.0.113.1"},
        {"one is taken out",
         {"192.0.2.1", "192.0.2.5"},
         {"!192.0.2.5", "192.0.2.0/24"},
         {},
         {},
         "192.0.2.1",
         "192.0.2.5",
         "192.0.2.1",
         "192.0.2.5"},
        {"an MSA vouches for the rest",
         {"192.0.2.1", "203.0.113.9"},
         {"192.0.2.0/24"},
         {},
         {"192.0.2.1"},
         "192.0.2.1 203.0.113.9",
         "",
         "192.0.2.1 203.0.113.9",
         ""},
        {"loopback always is",
         {"127.0.0.1", "::1", "203.0.113.9"},
         {"192.0.2.0/24"},
         {},
         {},
         "127.0.0.1 ::1",
         "203.0.113.9",
         "127.0.0.1 ::1",
         "203.0.113.9"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::vector<std::string> fields;
        for (const auto& ip : row.hops) fields.push_back(hop(ip));
        const auto relays =
            read_relays(received(fields), settings(row.trusted, row.internal, row.msa));
        CHECK(ips(relays.trusted) == row.in_trusted);
        CHECK(ips(relays.untrusted) == row.in_untrusted);
        CHECK(ips(relays.internal) == row.in_internal);
        CHECK(ips(relays.external) == row.in_external);
    }
}

TEST_CASE("who is named by no network that can be read is trusted on loopback only", "[relays]")
{
    RelaySettings settings;
    settings.trusted.emplace();
    CHECK(ips(read_relays(received({hop("127.0.0.1"), hop("10.0.0.1")}), settings).trusted) ==
          "127.0.0.1");
}

TEST_CASE("networks say whether they have all of another", "[relays]")
{
    NetworkSet set;
    for (const auto* one : {"!192.0.2.5", "192.0.2.0/24", "2001:db8::/32"}) REQUIRE(set.add(one));
    CHECK(set.covers("192.0.2.7"));
    CHECK(set.covers("192.0.2.0/25"));
    CHECK(set.covers("192.0.2.0/24"));
    CHECK(set.covers("2001:db8:1::/48"));
    CHECK_FALSE(set.covers("192.0.2.5"));
    CHECK_FALSE(set.covers("192.0.2.0/23"));
    CHECK_FALSE(set.covers("198.51.100.1"));
    CHECK_FALSE(set.covers("2001:db8::/31"));
    CHECK(set.covers("!198.51.100.1"));
    CHECK(set.covers("no network"));
}

TEST_CASE("authentication extends trust, and a field's text says what is internal", "[relays]")
{
    const auto relays = read_relays(received({hop("203.0.113.9", "ESMTPSA")}), {});
    REQUIRE(relays.trusted.size() == 1);
    CHECK(relays.are_all_trusted);
    CHECK(relays.trusted_text.find(" intl=1 id=abc auth=ESMTPSA msa=0 ]") != std::string::npos);
}

TEST_CASE("the chain begins anew where mail was fetched", "[relays]")
{
    const auto relays = read_relays(
        received({hop("10.0.0.1"), " from pop.example by home.example with POP3 (fetchmail) x\n",
                  " from q (r [s]) and with POP3 x\n", hop("192.0.2.1")}),
        {});
    CHECK(ips(relays.untrusted) == "192.0.2.1");
}

TEST_CASE("the MTA's own Received field comes first", "[relays]")
{
    const auto own = own_received("192.0.2.1", "helo.example", "name.example", "mx.example.org",
                                  "ann@example.com", false);
    const auto relays = read_relays(received({hop("198.51.100.1")}), {}, own);
    REQUIRE(relays.untrusted.size() == 2);
    CHECK(relays.untrusted[0].text ==
          "[ ip=192.0.2.1 rdns=name.example helo=helo.example by=mx.example.org ident= "
          "envfrom=ann@example.com intl=0 id= auth= msa=0 ]");
    CHECK(relays.envelope_from == "ann@example.com");
    CHECK(relays.last_trusted == -1);
    CHECK(relays.last_trusted_received == -2);
}

TEST_CASE("a web mailer's field adds a hop at the far end", "[relays]")
{
    auto headers = received({hop("192.0.2.1")});
    headers.add("X-Originating-IP", " [203.0.113.77]\n");
    RelaySettings settings;
    settings.originating_fields = {"X-Originating-IP"};
    CHECK(ips(read_relays(headers, settings).untrusted) == "192.0.2.1 203.0.113.77");
    // Anybody can write it, so a site may not want it.
    CHECK(ips(read_relays(headers, {}).untrusted) == "192.0.2.1");
}

TEST_CASE("a chain without end is cut", "[relays]")
{
    const auto relays =
        read_relays(received(std::vector<std::string>(10000, hop("192.0.2.1"))), {});
    CHECK(relays.untrusted.size() == most_received);
}

TEST_CASE("the envelope's sender is believed above the Received fields only", "[relays]")
{
    RuleHeaders above;
    above.add("Return-Path", " <ann@example.com>\n");
    above.add("Received", hop("192.0.2.1"));
    CHECK(read_relays(above, {}).envelope_from == "ann@example.com");

    RuleHeaders below;
    below.add("Received", hop("192.0.2.1"));
    below.add("Return-Path", " <ann@example.com>\n");
    CHECK(!read_relays(below, {}).envelope_from);

    RelaySettings set;
    set.envelope_sender_field = "X-Envelope-Sender";
    CHECK(!read_relays(above, set).envelope_from);
    above.add("X-Envelope-Sender", " <bob@example.com>\n");
    CHECK(read_relays(above, set).envelope_from == "bob@example.com");
}

TEST_CASE("a network is read in each of its forms", "[relays]")
{
    struct Row {
        const char *network, *ip;
        bool is_in;
    };
    const auto row = GENERATE(values<Row>({
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.", "192.0.2.7", true},
        {"192.0.2", "192.0.3.7", false},
        {"192.0.2.0/255.255.255.128", "192.0.2.127", true},
        {"192.0.2.0/255.255.255.128", "192.0.2.128", false},
        {"192.0.2.5-192.0.2.9", "192.0.2.9", true},
        {"192.0.2.5-192.0.2.9", "192.0.2.10", false},
        {"2001:db8::/32", "2001:db8:1::1", true},
        {"[2001:db8::1]", "2001:db8::2", false},
        {"0/0", "203.0.113.1", true},
        {"0/0", "2001:db8::1", false},
        {"[192.0.2.0]/24", "192.0.2.9", true},
        {"[192.0.2.0]/24", "198.51.100.3", false},
        {"127.0.0.1%lo/8", "127.9.9.9", true},
        {"127.0.0.1%lo/8", "198.51.100.3", false},
        {"[2001:db8::]/32", "2001:db8:1::1", true},
        {"[2001:db8::]/32", "2001:db9::1", false},
        {"0.0.0.0/0", "203.0.113.1", true},
        {"192.0.2.0/24", "::ffff:192.0.2.1", true},
        {"192.0.2.0/24", "no address", false},
    }));
    NetworkSet set;
    REQUIRE(set.add(row.network));
    CAPTURE(row.network, row.ip);
    CHECK(set.holds(row.ip) == row.is_in);
    for (const auto* wrong :
         {"", "!", "300.1.1.1", "1.2.3.4/33", "2001:db8::/129", "x", "1.2.3.4-"})
        CHECK_FALSE(set.add(wrong));
}

TEST_CASE("addresses are found and turned around", "[relays]")
{
    CHECK(first_ip("x [IPv6:2001:db8::1]") == "IPv6:2001:db8::1");
    CHECK(first_ip("at 192.0.2.1.") == "192.0.2.1");
    CHECK(first_ip("1192.0.2.1 256.0.0.1 face 12:30:00").empty());
    CHECK(reversed_ip("192.0.2.1") == "1.2.0.192");
    CHECK(reversed_ip("2001:db8::1").starts_with("1.0.0.0."));
    CHECK(reversed_ip("::ffff:192.0.2.1") == "1.2.0.192");
    CHECK(reversed_ip("IPv6:::FFFF:c000:201") == "1.2.0.192");
    CHECK(reversed_ip("192.0.2").empty());
    CHECK(is_private_ip("100.64.0.1"));
    CHECK(is_private_ip("fe80::1"));
    CHECK_FALSE(is_private_ip("172.32.0.1"));
    CHECK_FALSE(is_private_ip("fc00::1"));
}
