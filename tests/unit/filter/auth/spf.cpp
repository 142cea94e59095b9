#include "milter/filter/auth/spf.hpp"

#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/repeated.hpp"
#include "tests/support/spf_run.hpp"

using namespace lazaret::filter;
using namespace lazaret::filter::auth;
using lazaret::test::repeated;
using State = dns::Answer::State;

namespace {

// By `TYPE name`; a name that is not there does not exist.
using Zone = std::map<std::string, dns::Answer>;

dns::Answer found(std::vector<std::string> records) { return {State::Found, std::move(records)}; }

AskDns dns_of(const Zone& zone)
{
    return [&zone](const dns::Question& question) {
        const auto entry = zone.find(std::string{token(question.type)} + ' ' + question.name);
        return entry == zone.end() ? dns::Answer{State::NoName, {}} : entry->second;
    };
}

SpfQuestion from(std::string client_ip, std::string sender = "bob@a.example")
{
    return {std::move(client_ip),  "mail.helo.example",   std::move(sender),
            SpfIdentity::MailFrom, "mx.receiver.example", lazaret::Moment{}};
}

SpfQuestion with_helo(std::string helo, std::string sender, SpfIdentity identity)
{
    auto question = from("192.0.2.1", std::move(sender));
    question.helo = std::move(helo);
    question.identity = identity;
    return question;
}

std::string numbered(std::string_view before, std::size_t count, std::string_view after)
{
    std::string out;
    for (std::size_t number = 0; number < count; ++number)
        out += std::string{before} + std::to_string(number) + std::string{after};
    return out;
}

std::vector<std::string> names(std::size_t count)
{
    std::vector<std::string> list;
    for (std::size_t number = 0; number < count; ++number)
        list.push_back("n" + std::to_string(number) + ".a.example");
    return list;
}

// `TXT a.example` and what is said besides.
Zone record(std::string text, Zone others = {})
{
    others["TXT a.example"] = found({std::move(text)});
    return others;
}

// Names that all have the address.
Zone with_address(const std::vector<std::string>& list, const std::string& address, Zone zone)
{
    for (const auto& name : list) zone["A " + name] = found({address});
    return zone;
}

struct Row {
    const char* says;
    SpfQuestion question;
    Zone zone;
    std::string shown;  // result, a space, why
};

const std::string client = "192.0.2.1";
const std::string long_local(1000, 'x');

std::vector<Row> whose_record()
{
    const Zone both{{"TXT a.example", found({"v=spf1 +all"})},
                    {"TXT mail.helo.example", found({"v=spf1 -all"})}};
    const auto mail_from = SpfIdentity::MailFrom;
    return {
        {"the sender's", from(client), both, "pass +all of a.example"},
        {"capitals", from(client, "bob@A.Example"), both, "pass +all of a.example"},
        {"a dot at the end", from(client, "bob@a.example."), both, "pass +all of a.example"},
        {"two at signs", from(client, "\"x@b.example\"@a.example"), both, "pass +all of a.example"},
        {"HELO's for the null sender", from(client, ""), both, "fail -all of mail.helo.example"},
        {"HELO's when asked", with_helo("mail.helo.example", "bob@a.example", SpfIdentity::Helo),
         both, "fail -all of mail.helo.example"},
        {"HELO in brackets", with_helo("[192.0.2.1]", "", mail_from), both, "none no domain name"},
        {"HELO of one label", with_helo("localhost", "", mail_from), both, "none no domain name"},
        {"no HELO", with_helo("", "", mail_from), both, "none no domain name"},
        {"HELO of 5,000 bytes", with_helo(std::string(5000, 'h'), "", mail_from), both,
         "none no domain name"},
        {"a sender without a domain", from(client, "bob"), both, "none no domain name"},
        {"an IDN as UTF-8", from(client, "bob@b\xc3\xbc.example"), both, "none no domain name"},
        {"a NUL in the domain", from(client, std::string{"bob@a.exa\0mple", 14}), both,
         "none no domain name"},
        {"an address of two thousand bytes", from(client, long_local + long_local + "@a.example"),
         both, "none the sender's address is too long"},
        {"no client", from("", "bob@a.example"), both, "none no address of the client"},
        {"a client that is none", from("192.0.2", "bob@a.example"), both,
         "none no address of the client"},
        {"no record", from(client), {}, "none a.example has no record"},
        {"a record of others", from(client), record("v=spf10 -all"),
         "none a.example has no record"},
    };
}

std::vector<Row> trouble()
{
    return {
        {"nobody answers",
         from(client),
         {{"TXT a.example", {State::NoAnswer, {}}}},
         "temperror the look-up of a.example failed"},
        {"SERVFAIL",
         from(client),
         {{"TXT a.example", {State::Failed, {}}}},
         "temperror the look-up of a.example failed"},
        {"nobody answers to a mechanism", from(client),
         record("v=spf1 a:b.example -all", {{"A b.example", {State::NoAnswer, {}}}}),
         "temperror the look-up of b.example failed"},
        {"nobody answers to what comes behind a match", from(client),
         record("v=spf1 +all a:b.example", {{"A b.example", {State::NoAnswer, {}}}}),
         "pass +all of a.example"},
        {"nobody answers for a host of the mx", from(client),
         record("v=spf1 mx -all",
                {{"MX a.example", found({"h.a.example"})}, {"A h.a.example", {State::Failed, {}}}}),
         "temperror the look-up of h.a.example failed"},
        {"nobody answers to ptr: the client's trouble", from(client),
         record("v=spf1 ptr -all", {{"PTR 1.2.0.192.in-addr.arpa", {State::NoAnswer, {}}}}),
         "fail -all of a.example"},
        {"hosts of an mx without address are no void look-ups", from(client),
         record("v=spf1 mx -all", {{"MX a.example", found({"h.x", "i.x", "j.x", "k.x"})}}),
         "fail -all of a.example"},
        {"bytes above 127", from(client), record("v=spf1 a:b\xff.example -all"),
         "permerror the record of a.example is malformed at a:b?.example"},
        {"broken UTF-8 behind", from(client), record("v=spf1 -all \xc3"),
         "permerror the record of a.example is malformed at ?"},
        {"a tab", from(client), record("v=spf1\t-all"), "none a.example has no record"},
        {"a term of 5,000 bytes that is none", from(client),
         record("v=spf1 " + std::string(5000, 'y')),
         "permerror the record of a.example is malformed at " + std::string(60, 'y')},
        {"no part of a macro's value", from(client), record("v=spf1 exists:%{l0}.b.example -all"),
         "permerror the record of a.example is malformed at exists:%{l0}.b.example"},
        {"a macro without its end", from(client), record("v=spf1 exists:b.example.%{l"),
         "permerror the record of a.example is malformed at exists:b.example.%{l"},
        {"an include without a record", from(client), record("v=spf1 include:b.example -all"),
         "permerror b.example has no record"},
        {"an include of no name", from(client), record("v=spf1 include:b..example -all"),
         "permerror no domain name"},
    };
}

std::vector<Row> extremes()
{
    const auto others = [] {
        auto zone = record("v=spf1 -all");
        auto& records = zone["TXT a.example"].records;
        for (int number = 0; number < 200; ++number)
            records.insert(records.begin(), "\xff\xfe verification=" + std::to_string(number));
        return zone;
    }();
    const std::string lower_ip6 = "2001:db8::1";
    return {
        {"200 TXT records, bytes of all kinds", from(client), others, "fail -all of a.example"},
        {"a TXT record of 64 kB that is none of ours", from(client),
         record("v=spf1" + std::string(65000, '\xff')), "none a.example has no record"},
        {"16 kB of networks, the last matches", from(client),
         record("v=spf1 " + repeated("ip4:198.51.100.1 ", 960) + "ip4:192.0.2.0/24"),
         "pass ip4:192.0.2.0/24 of a.example"},
        {"64 kB of networks", from(client),
         record("v=spf1 " + repeated("ip4:198.51.100.1 ", 3800) + "ip4:192.0.2.0/24"),
         "permerror the record of a.example is too long"},
        {"16 kB of spaces", from(client), record("v=spf1 " + std::string(16000, ' ') + "-all"),
         "fail -all of a.example"},
        {"16 kB of a macro", from(client),
         record("v=spf1 exists:" + repeated("%{l1-}", 2700) + " -all"), "fail -all of a.example"},
        {"16 kB of a macro that stands for nothing", from(client, long_local + "-@a.example"),
         record("v=spf1 exists:" + repeated("%{l1-}", 2700) + ".a.example +all",
                {{"A a.example", found({"127.0.0.2"})}}),
         "pass +all of a.example"},
        {"a name that is cut from the left", from(client, long_local + ".short@a.example"),
         record("v=spf1 exists:%{l}.b.example -all", {{"A short.b.example", found({"127.0.0.2"})}}),
         "pass exists:%{l}.b.example of a.example"},
        {"a name without a label that is short enough", from(client, long_local + "@a.example"),
         record("v=spf1 exists:%{l} -all"), "fail -all of a.example"},
        {"a number of 30 digits", from(client, "one.two@a.example"),
         record("v=spf1 exists:%{l" + std::string(30, '9') + "r}.b.example -all",
                {{"A two.one.b.example", found({"127.0.0.2"})}}),
         "pass exists:%{l" + std::string(30, '9') + "r}.b.example of a.example"},
        {"a prefix length of 30 digits", from(client),
         record("v=spf1 a/" + std::string(30, '1') + " -all"),
         "permerror the record of a.example is malformed at a/" + std::string(30, '1')},
        {"500 includes", from(client), record("v=spf1" + numbered(" include:i", 500, ".example")),
         "permerror i0.example has no record"},
        {"500 includes that are there", from(client),
         [] {
             auto zone = record("v=spf1" + numbered(" include:i", 500, ".example"));
             for (int number = 0; number < 500; ++number)
                 zone["TXT i" + std::to_string(number) + ".example"] = found({"v=spf1 ?all"});
             return zone;
         }(),
         "permerror more than 10 terms that ask the DNS"},
        {"two that include each other twice", from(client),
         record("v=spf1 include:b.example include:b.example",
                {{"TXT b.example", found({"v=spf1 include:a.example include:a.example"})}}),
         "permerror more than 10 terms that ask the DNS"},
        {"a redirect to itself", from(client), record("v=spf1 redirect=a.example"),
         "permerror more than 10 terms that ask the DNS"},
        {"ten hosts", from("192.0.2.9"),
         record("v=spf1 mx -all",
                with_address(names(10), client, {{"MX a.example", found(names(10))}})),
         "fail -all of a.example"},
        {"eleven hosts", from("192.0.2.9"),
         record("v=spf1 mx -all",
                with_address(names(11), client, {{"MX a.example", found(names(11))}})),
         "permerror more than 10 hosts in MX of a.example"},
        {"eleven hosts, the first is it", from(client),
         record("v=spf1 mx -all",
                with_address(names(11), client, {{"MX a.example", found(names(11))}})),
         "pass mx of a.example"},
        {"10,000 names, the eleventh is it", from(client),
         record("v=spf1 ptr -all", {{"PTR 1.2.0.192.in-addr.arpa", found(names(10000))},
                                    {"A n10.a.example", found({client})}}),
         "fail -all of a.example"},
        {"10,000 names, the tenth is it", from(client),
         record("v=spf1 ptr -all", {{"PTR 1.2.0.192.in-addr.arpa", found(names(10000))},
                                    {"A n9.a.example", found({client})}}),
         "pass ptr of a.example"},
        {"a name that only ends like the domain", from(client),
         record("v=spf1 ptr -all", {{"PTR 1.2.0.192.in-addr.arpa", found({"evila.example"})},
                                    {"A evila.example", found({client})}}),
         "fail -all of a.example"},
        {"addresses that are none", from(lower_ip6),
         record("v=spf1 a//0 -all", {{"AAAA a.example", found({"", "x", "192.0.2.1"})}}),
         "fail -all of a.example"},
    };
}

}  // namespace

TEST_CASE("SPF evaluates the record of who sent", "[spf]")
{
    for (const auto& rows : {whose_record(), trouble(), extremes()}) {
        for (const auto& row : rows) {
            DYNAMIC_SECTION(row.says)
            {
                const auto run = run_spf(row.question, dns_of(row.zone));
                CHECK(std::string{token(run.result.result)} + ' ' + run.result.why == row.shown);
                CHECK(run.runs <= 13);
                CHECK(run.most_at_once <= 10);
            }
        }
    }
}

TEST_CASE("SPF wants at once all that a record needs", "[spf]")
{
    const auto wanted_of = [](const std::string& text, dns::Answers known) {
        known[{"a.example", dns::RecordType::Txt}] = found({text});
        dns::View view{known};
        check_spf(from(client), view);
        std::string list;
        for (const auto& question : view.wanted())
            list += std::string{token(question.type)} + ' ' + question.name + ' ';
        return list;
    };
    CHECK(wanted_of("v=spf1 a mx:b.example include:c.example exists:%{ir}.d.example -all", {}) ==
          "A 1.2.0.192.d.example A a.example MX b.example TXT c.example ");
    CHECK(wanted_of("v=spf1 ip4:198.51.100.0/24 redirect=%{d2}.b.example", {}) ==
          "TXT a.example.b.example ");
    CHECK(wanted_of("v=spf1 ip4:192.0.2.0/24 a:b.example", {}).empty());  // decided without it
    CHECK(wanted_of("v=spf1 -all exp=why.example", {}) == "TXT why.example ");
    CHECK(wanted_of("v=spf1 a -all exp=why.example", {}) == "A a.example ");
    // What a macro means is not known before the client's name is.
    CHECK(wanted_of("v=spf1 exists:%{p}.b.example a:c.example ~all", {}) ==
          "PTR 1.2.0.192.in-addr.arpa A c.example ");
}

TEST_CASE("SPF works out the client's name once, however often a record has it", "[spf]")
{
    // The part of each name that is wanted is empty, so that the name never gets too long.
    auto list = names(10);
    for (auto& name : list) name += '-';
    auto zone = with_address(list, client, {{"PTR 1.2.0.192.in-addr.arpa", found(list)}});
    const auto cost = [&](const std::string& macro) {
        std::string text = "v=spf1";
        for (int term = 0; term < 9; ++term)
            text += " a:" + repeated(macro, 252) + "t" + std::to_string(term) + ".b.example";
        zone["TXT a.example"] = found({text + " -all"});
        for (int term = 0; term < 9; ++term)
            zone["A t" + std::to_string(term) + ".b.example"] = found({"192.0.2.9"});
        dns::Answers known;
        for (const auto& [name, answer] : zone) {
            const auto type = name.starts_with("TXT") ? dns::RecordType::Txt
                              : name.starts_with('P') ? dns::RecordType::Ptr
                                                      : dns::RecordType::A;
            known[dns::question(name.substr(name.find(' ') + 1), type)] = answer;
        }
        auto least = std::clock_t{0};
        for (int round = 0; round < 5; ++round) {
            dns::View view{known};
            const auto begun = std::clock();
            const auto result = check_spf(from(client, "bob-@a.example"), view);
            const auto took = std::clock() - begun;
            REQUIRE(result.why == "-all of a.example");
            least = round == 0 ? took : std::min(least, took);
        }
        return least;
    };
    CHECK(cost("%{p1-}") < 4 * cost("%{l1-}"));
}

TEST_CASE("SPF's explanation is printable", "[spf]")
{
    const auto explained = [](const std::string& words, const std::string& sender) {
        const auto zone =
            record("v=spf1 -all exp=why.a.example", {{"TXT why.a.example", found({words})}});
        return run_spf(from(client, sender), dns_of(zone)).result.explanation;
    };
    CHECK(explained("%{c} at %{t} for %{r}: %%%_%-", "bob@a.example") ==
          "192.0.2.1 at 0 for mx.receiver.example: % %20");
    CHECK(explained("not you, %{l}", "a\r\nb\xff@a.example") == "not you, a??b?");
    CHECK(explained("%{S}", "a\r\n@a.example") == "a%0D%0A%40a.example");
    CHECK(explained("broken %{", "bob@a.example").empty());
    CHECK(explained(repeated("%{l}", 10000), long_local + "@a.example") == std::string(500, 'x'));
}
