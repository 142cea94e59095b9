#include "milter/filter/rules/network/asn_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/network/network_case.hpp"

namespace lazaret::filter::rules {
namespace {

using dns::RecordType;

struct Row {
    std::string test;  ///< behind `askdns HIT`
    std::string name;
    std::string record;
    bool hits;
    RecordType type = RecordType::A;
};

auth::DkimResult signature(const std::string& domain, auth::Result result)
{
    auth::DkimResult one;
    one.result = result;
    one.domain = domain;
    one.algorithm = "rsa-sha256";
    one.key_bits = 2048;
    return one;
}

}  // namespace

TEST_CASE("askdns asks for what its template becomes", "[rules][network]")
{
    const auto row = GENERATE(values<Row>({
        {"_SENDERDOMAIN_.l.example", "sender.example.l.example", "203.0.113.1", true},
        {"_AUTHORDOMAIN_.l.example. A /^127\\.2\\.0\\.2$/", "from.sender.example.l.example",
         "127.2.0.2", true},
        {"_AUTHORDOMAIN_.l.example. A /^127\\.2\\.0\\.2$/", "from.sender.example.l.example",
         "127.2.0.28", false},
        {"_SENDERDOMAIN_ TXT /^v=spf1 \\+all$/", "sender.example", "v=spf1 +all", true,
         RecordType::Txt},
        {"_SENDERDOMAIN_ TXT \"all\"", "sender.example", "all", true, RecordType::Txt},
        {"_SENDERDOMAIN_ TXT 'all'", "sender.example", "all of it", false, RecordType::Txt},
        {"_LASTEXTERNALIP_.l.example A 2", "203.0.113.7.l.example", "127.0.0.3", true},
        {"_LASTEXTERNALREVIP_.l.example A 127.0.0.2-127.0.0.4", "7.113.0.203.l.example",
         "127.0.0.3", true},
        {"_LASTEXTERNALREVIP_.l.example A 127.0.0.2", "7.113.0.203.l.example", "127.0.0.3", false},
        {"_LASTEXTERNALREVIP_.l.example A 127.0.1.0/255.255.255.0", "7.113.0.203.l.example",
         "127.0.1.3", true},
        {"_LASTEXTERNALRDNS_ A /./", "mail.sender.example", "192.0.2.1", true},
        {"_LASTEXTERNALHELO_ A,AAAA /::/", "mail.sender.example", "2001:db8::1", true,
         RecordType::Aaaa},
        {"_HEADER(From:addr:domain)_.l.example", "sender.example.l.example", "127.0.0.2", true},
        {"_URIDOMAINS_.l.example", "shop.example.l.example", "127.0.0.2", true},
        {"_URIHOSTS_.l.example", "www.shop.example.l.example", "127.0.0.2", true},
        {"_DKIMDOMAIN_.l.example", "signer.example.l.example", "127.0.0.2", true},
        {"_DKIMDOMAIN_.l.example", "broken.example.l.example", "127.0.0.2", false},
        {"_SENDERDOMAIN_._AUTHORDOMAIN_.l.example", "sender.example.from.sender.example.l.example",
         "127.0.0.2", true},
        {"_TAKEN_.l.example", "hello.l.example", "127.0.0.2", true},
        {"_NOBODYKNOWS_.l.example", "l.example", "127.0.0.2", false},
        {"fixed.l.example NS /^ns\\.l\\.example\\.$/", "fixed.l.example", "ns.l.example", true,
         RecordType::Ns},
        {"_SENDERDOMAIN_.l.example A [NXDOMAIN]", "other.example", "127.0.0.2", true},
        {"_SENDERDOMAIN_.l.example A [NXDOMAIN,2]", "sender.example.l.example", "127.0.0.2", false},
    }));
    NetworkCase one{"header __TAKES Subject =~ /(?<TAKEN>\\w+)/\naskdns HIT " + row.test + "\n"};
    CHECK(one.book.problems().empty());
    one.network.found.dkim = {signature("signer.example", auth::Result::Pass),
                              signature("broken.example", auth::Result::Fail)};
    one.network.add(row.name, row.record, row.type);
    INFO(row.test << ' ' << row.name << ' ' << row.record);
    CHECK(one.hits().contains("HIT") == row.hits);
}

TEST_CASE("what a good signature will ask for is asked while its key is", "[rules][network]")
{
    NetworkCase one{
        "header __TAKES Subject =~ /(?<TAKEN>\\w+)/\n"
        "askdns SIGNED _DKIMDOMAIN_.l.example\naskdns TOOK _TAKEN_.l.example\n"
        "askdns BOTH _DKIMDOMAIN_._TAKEN_.l.example\n"
        "header NOBODY eval:check_dkim_adsp('N')\n"};
    one.network.expected.dkim = {signature("signer.example", auth::Result::Pass)};
    one.network.add("signer.example.l.example", "127.0.0.2");
    CHECK_FALSE(one.hits().contains("SIGNED"));  // it was not good
    const auto& early = one.network.asked_before_proof;
    for (const auto* name :
         {"signer.example.l.example", "hello.l.example", "signer.example.hello.l.example"})
        CHECK(early.contains(dns::question(name, RecordType::A)));
    CHECK(early.contains(dns::question("from.sender.example", RecordType::Mx)));
    CHECK(early == one.network.asked);
}

TEST_CASE("what the author's signature will ask for when it is bad is asked while its key is",
          "[rules][network]")
{
    NetworkCase one{"header NOBODY eval:check_dkim_adsp('N')\n"};
    one.network.expected.dkim = {signature("from.sender.example", auth::Result::Pass)};
    CHECK(one.hits().contains("NOBODY"));  // it was not good
    CHECK(one.network.asked_before_proof.contains(
        dns::question("from.sender.example", RecordType::Mx)));
    CHECK(one.network.asked_before_proof == one.network.asked);
}

TEST_CASE("many values of a tag make some names only", "[rules][network]")
{
    NetworkCase one{"askdns HIT _AUTHORDOMAIN_._AUTHORDOMAIN_._URIHOSTS_.l.example\n"};
    std::string from = "From: a@from.example";
    for (int at = 0; at < 300; ++at) from += ",\r\n a@d" + std::to_string(at) + ".example";
    one.bytes = from + "\r\n\r\nhttp://a.example http://b.example\r\n";
    one.hits();
    CHECK(one.network.asked.size() == 20);
}

TEST_CASE("what is wrong with askdns is said", "[rules][network]")
{
    CHECK(NetworkCase{"askdns HIT x.example BOGUS\n"}.book.problems().size() == 1);
    CHECK(NetworkCase{"askdns HIT x.example A /(/\n"}.book.problems().size() == 1);
    CHECK(NetworkCase{"askdns HIT x.example A [WHATEVER]\n"}.book.problems().size() == 1);
    CHECK(NetworkCase{"askdns HIT x.example SOA\n"}.book.problems().size() == 1);
}

TEST_CASE("records about autonomous systems are read both ways round", "[rules][network]")
{
    const auto read = [](std::string_view text) {
        const auto record = read_asn_record(text);
        return std::pair{record.numbers, record.routes};
    };
    using Lists = std::pair<std::vector<std::string>, std::vector<std::string>>;
    CHECK(read("64500 | 203.0.113.0/24 | XX | registry | 2000-01-01") ==
          Lists{{"64500"}, {"203.0.113.0/24"}});
    CHECK(read("64500 AS64501 | 203.0.113.0/24") == Lists{{"64500", "64501"}, {"203.0.113.0/24"}});
    CHECK(read("203.0.113.0/24 | AS64500") == Lists{{"64500"}, {"203.0.113.0/24"}});
    CHECK(read("4294967295 | 0.0.0.0/0") == Lists{});
    CHECK(read("NA") == Lists{});
    CHECK(read("") == Lists{});
}

TEST_CASE("the system of the client is asked for", "[rules][network]")
{
    const std::string rule = "header HIT eval:check_asn('/^AS64500$/')\n";
    const auto hits = [&](const std::string& settings) {
        NetworkCase one{settings + rule};
        one.network.add("7.113.0.203.asn.example", "64500 | 203.0.113.0/24 | XX", RecordType::Txt);
        return one.hits().contains("HIT");
    };
    CHECK(hits("asn_lookup asn.example _ASN_ _ASNCIDR_\n"));
    CHECK_FALSE(hits("asn_lookup asn.example _OTHER_ _ASNCIDR_\n"));
    CHECK_FALSE(hits("asn_lookup asn.example\nclear_asn_lookups\n"));
    CHECK_FALSE(hits("asn_lookup asn.example\nasn_use_dns 0\n"));
    CHECK_FALSE(hits("asn_lookup asn.example\nasn_prefix ''\n"));
    CHECK_FALSE(hits("asn_lookup_ipv6 asn.example\n"));
}

TEST_CASE("an author's domain says what it signs", "[rules][network]")
{
    const std::string rules =
        "header NOBODY eval:check_dkim_adsp('N')\nheader ALL eval:check_dkim_adsp('A')\n"
        "header DISCARD eval:check_dkim_adsp('D')\nheader HIGH eval:check_dkim_adsp('3')\n"
        "header SOME eval:check_dkim_adsp('*', 'other.example', '*.sender.example')\n"
        "header OTHERS eval:check_dkim_adsp('*', 'other.example')\n";
    using Hits = std::set<std::string>;
    CHECK(NetworkCase{rules}.hits() == Hits{"NOBODY", "SOME"});

    NetworkCase exists{rules};
    exists.network.add("from.sender.example", "mx.sender.example", RecordType::Mx);
    CHECK(exists.hits().empty());
    exists.network.add("_adsp._domainkey.from.sender.example", "dkim=all", RecordType::Txt);
    CHECK(NetworkCase{rules}.hits().contains("NOBODY"));

    NetworkCase says{rules};
    says.network.add("from.sender.example", "mx.sender.example", RecordType::Mx);
    says.network.add("_adsp._domainkey.from.sender.example", "dkim=all", RecordType::Txt);
    CHECK(says.hits() == Hits{"ALL", "SOME"});

    NetworkCase overridden{"adsp_override *.sender.example custom_high\n" + rules};
    CHECK(overridden.hits() == Hits{"HIGH", "SOME"});
    CHECK(overridden.network.asked.empty());

    NetworkCase proven{"adsp_override from.sender.example\n" + rules};
    CHECK(proven.hits() == Hits{"DISCARD", "SOME"});
    proven.network.found.dkim = {signature("from.sender.example", auth::Result::Pass)};
    CHECK(proven.hits().empty());
    // The key could not be had: nothing is said.
    proven.network.found.dkim = {signature("from.sender.example", auth::Result::TempError)};
    CHECK(proven.hits().empty());
}

TEST_CASE("lists of hashes are asked", "[rules][network]")
{
    const auto row = GENERATE(values<Row>({
        // SHA-1 of bob@sender.example
        {"check_hashbl_emails('l.example')", "5f10ae8c77550ab40cc31e585debd5b6e6197451",
         "127.0.0.2", true},
        // SHA-256 of the same, base32
        {"check_hashbl_emails('l.example', 'sha256', 'EnvelopeFrom')",
         "scgptckivttjsgnf4dcoqujohlct6uujshjhp3ykeh2skhj5zueq", "127.0.0.2", true},
        {"check_hashbl_emails('l.example', 'raw/host', 'EnvelopeFrom')", "sender.example",
         "127.0.0.2", true},
        {"check_hashbl_emails('l.example', 'raw/domain', 'From')", "sender.example", "127.0.0.2",
         true},
        {"check_hashbl_emails('l.example', 'raw/user', 'From', '^127\\.0\\.0\\.9$')", "bob",
         "127.0.0.2", false},
        {"check_hashbl_emails('l.example', 'raw/host', 'EnvelopeFrom', '^127\\.', 'free')",
         "sender.example", "127.0.0.2", false},
        {"check_hashbl_bodyre('l.example/A', 'raw', '\\bSee (http)')", "http", "127.0.0.2", true},
        {"check_hashbl_bodyre('l.example', 'raw/case', '\\b(See)')", "See", "127.0.0.2", true},
        // MD5 of http://www.shop.example/a
        {"check_hashbl_uris('l.example', 'md5')", "8a47531b89e8f4b77551bd3273f4e2cb", "127.0.0.2",
         true},
    }));
    const bool is_body = row.test.find("bodyre") != std::string::npos;
    NetworkCase one{"hashbl_acl_free other.example\n" + std::string{is_body ? "body" : "header"} +
                    " HIT eval:" + row.test + "\n"};
    CHECK(one.book.problems().empty());
    one.network.add(row.name + ".l.example", row.record);
    INFO(row.test);
    CHECK(one.hits().contains("HIT") == row.hits);
}

}  // namespace lazaret::filter::rules
