#include "milter/filter/auth/dmarc.hpp"

#include "milter/filter/auth/public_suffix.hpp"
#include "milter/filter/auth/sender_proofs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/unit/filter/auth/answers.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::auth;
using namespace lazaret::filter::auth::test;

namespace {

using State = dns::Answer::State;

SpfResult spf(auth::Result result, const std::string& domain)
{
    SpfResult spf;
    spf.result = result;
    spf.domain = domain;
    return spf;
}

DkimResult dkim(auth::Result result, const std::string& domain, bool is_testing = false)
{
    DkimResult dkim;
    dkim.result = result;
    dkim.domain = domain;
    dkim.is_testing = is_testing;
    return dkim;
}

const SpfResult no_spf{};

DmarcResult check(const std::string& author, const dns::Answers& answers,
                  const SpfResult& spf = no_spf, const std::vector<DkimResult>& dkim = {})
{
    const Letter letter{"From: " + author + "\r\n", {author}};
    dns::View dns{answers};
    return check_dmarc(letter.message, spf, dkim, dns);
}

// `fail p=reject a.example: neither ...`
std::string shown(const DmarcResult& result)
{
    auto out = std::string{token(result.result)};
    if (!result.record_domain.empty())
        out += " p=" + std::string{token(result.policy)} + " of " + result.record_domain;
    if (result.percent != 100) out += " pct=" + std::to_string(result.percent);
    if (!result.why.empty()) out += ": " + result.why;
    return out;
}

dns::Answers records(const std::string& domain, const std::string& record)
{
    dns::Answers answers;
    publish(answers, "_dmarc." + domain, {record});
    return answers;
}

}  // namespace

TEST_CASE("an organisation is a public suffix and one label", "[dmarc]")
{
    struct Row {
        const char* domain;
        const char* organisation;
    };
    const auto row = GENERATE(values<Row>({
        {"example.com", "example.com"},
        {"mail.example.com", "example.com"},
        {"a.b.c.example.com", "example.com"},
        {"com", "com"},
        {"example.co.uk", "example.co.uk"},
        {"mail.example.co.uk", "example.co.uk"},
        {"co.uk", "co.uk"},
        {"uk", "uk"},
        {"bob.github.io", "bob.github.io"},
        {"pages.bob.github.io", "bob.github.io"},
        {"github.io", "github.io"},
        {"city.kawasaki.jp", "city.kawasaki.jp"},
        {"www.city.kawasaki.jp", "city.kawasaki.jp"},
        {"a.b.kawasaki.jp", "a.b.kawasaki.jp"},
        {"b.kawasaki.jp", "b.kawasaki.jp"},
        {"www.ck", "www.ck"},
        {"mail.unlisted-top", "mail.unlisted-top"},
        {"a.mail.unlisted-top", "mail.unlisted-top"},
        {"xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"},
        {"www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"},
        {"localhost", "localhost"},
    }));
    CAPTURE(row.domain);
    CHECK(organisational_domain(row.domain) == row.organisation);
}

TEST_CASE("domains agree relaxed by their organisation, strict by being the same", "[dmarc]")
{
    struct Row {
        const char* authenticated;
        const char* from;
        bool relaxed;
        bool strict;
    };
    const auto row = GENERATE(values<Row>({
        {"example.com", "example.com", true, true},
        {"mail.example.com", "example.com", true, false},
        {"example.com", "mail.example.com", true, false},
        {"a.example.com", "b.example.com", true, false},
        {"a.b.c.example.com", "d.example.com", true, false},
        {"mail.example.com", "mail.example.com", true, true},
        {"example.com", "example.net", false, false},
        {"example.com", "myexample.com", false, false},
        {"myexample.com", "example.com", false, false},
        {"example.com.evil.com", "example.com", false, false},
        {"example.com", "example.com.evil.com", false, false},
        {"com", "example.com", false, false},
        {"example.com", "com", false, false},
        {"com", "com", true, true},
        {"", "example.com", false, false},
        {"example.com", "", false, false},
        {"", "", false, false},
        {"example.co.uk", "example.co.uk", true, true},
        {"mail.example.co.uk", "example.co.uk", true, false},
        {"example.co.uk", "news.example.co.uk", true, false},
        {"other.co.uk", "example.co.uk", false, false},
        {"co.uk", "example.co.uk", false, false},
        {"example.co.uk", "co.uk", false, false},
        {"uk", "co.uk", false, false},
        {"co.uk", "co.uk", true, true},
        {"bob.github.io", "bob.github.io", true, true},
        {"pages.bob.github.io", "bob.github.io", true, false},
        {"bob.github.io", "eve.github.io", false, false},
        {"github.io", "bob.github.io", false, false},
        {"bob.github.io", "github.io", false, false},
        {"bob.gitlab.io", "eve.gitlab.io", false, false},
        {"gitlab.io", "bob.gitlab.io", false, false},
        {"city.kawasaki.jp", "www.city.kawasaki.jp", true, false},
        {"city.kawasaki.jp", "other.kawasaki.jp", false, false},
        {"a.b.kawasaki.jp", "c.b.kawasaki.jp", false, false},
        {"x.a.b.kawasaki.jp", "a.b.kawasaki.jp", true, false},
        {"www.ck", "mail.www.ck", true, false},
        {"a.unlisted-top", "b.unlisted-top", false, false},
        {"x.a.unlisted-top", "y.a.unlisted-top", true, false},
        {"localhost", "localhost", true, true},
        {"localhost", "otherhost", false, false},
        {"xn--85x722f.xn--55qx5d.cn", "www.xn--85x722f.xn--55qx5d.cn", true, false},
        {"xn--85x722f.xn--55qx5d.cn", "shishi.xn--55qx5d.cn", false, false},
        {"mail.example.org", "example.com", false, false},
        {"example.gov.uk", "service.example.gov.uk", true, false},
        {"a.gov.uk", "b.gov.uk", false, false},
    }));
    CAPTURE(row.authenticated, row.from);
    CHECK(is_aligned(row.authenticated, row.from, Alignment::Relaxed) == row.relaxed);
    CHECK(is_aligned(row.authenticated, row.from, Alignment::Strict) == row.strict);
}

TEST_CASE("a record of DMARC is read with defaults for what is wrong in it", "[dmarc]")
{
    using Policy = DmarcResult::Policy;
    constexpr auto strict = Alignment::Strict;
    struct Row {
        const char* says;
        std::string text;
        std::optional<DmarcRecord> record;
    };
    const auto row = GENERATE(values<Row>({
        {"the least", "v=DMARC1; p=none", DmarcRecord{}},
        {"all",
         "v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=s; pct=20; rua=mailto:a@b.example",
         DmarcRecord{Policy::Reject, Policy::Quarantine, strict, strict, 20}},
        {"without blanks", "v=DMARC1;p=reject;aspf=s;",
         DmarcRecord{Policy::Reject, {}, {}, strict}},
        {"with blanks", " v = DMARC1 ; p = reject ", DmarcRecord{Policy::Reject}},
        {"capitals", "v=DMARC1; P=Reject; ADKIM=S", DmarcRecord{Policy::Reject, {}, strict}},
        {"p not second", "v=DMARC1; pct=100; p=quarantine", DmarcRecord{Policy::Quarantine}},
        {"the first of two", "v=DMARC1; p=none; p=reject", DmarcRecord{}},
        {"unknown tags", "v=DMARC1; p=reject; zz=1; np=x; psd=n", DmarcRecord{Policy::Reject}},
        {"no tags among them", "v=DMARC1; p=reject;; nonsense; =; ", DmarcRecord{Policy::Reject}},
        {"no alignment that we know", "v=DMARC1; p=none; adkim=x; aspf=", DmarcRecord{}},
        {"no percentage", "v=DMARC1; p=none; pct=x", DmarcRecord{}},
        {"a negative percentage", "v=DMARC1; p=none; pct=-1", DmarcRecord{}},
        {"a percentage too large", "v=DMARC1; p=none; pct=101", DmarcRecord{}},
        {"nothing", "v=DMARC1; p=none; pct=0", DmarcRecord{Policy::None, {}, {}, {}, 0}},
        {"no policy", "v=DMARC1", std::nullopt},
        {"a policy that we do not know", "v=DMARC1; p=nothing", std::nullopt},
        {"no policy, but reports", "v=DMARC1; rua=mailto:a@b.example", DmarcRecord{}},
        {"a wrong sp, but reports", "v=DMARC1; p=reject; sp=x; rua=mailto:a@b.example",
         DmarcRecord{}},
        {"a wrong sp", "v=DMARC1; p=reject; sp=x", std::nullopt},
        {"reports to nobody", "v=DMARC1; rua=nobody", std::nullopt},
        {"v not first", "p=reject; v=DMARC1", std::nullopt},
        {"another version", "v=DMARC2; p=reject", std::nullopt},
        {"v in small letters", "v=dmarc1; p=reject", std::nullopt},
        {"a version that goes on", "v=DMARC10; p=reject", std::nullopt},
        {"SPF", "v=spf1 -all", std::nullopt},
        {"nothing at all", "", std::nullopt},
    }));
    CAPTURE(row.says);
    CHECK((read_dmarc_record(row.text) == row.record));
}

TEST_CASE("DMARC passes by what is aligned", "[dmarc]")
{
    using enum auth::Result;
    const auto relaxed = records("a.example", "v=DMARC1; p=reject");
    const auto strict = records("a.example", "v=DMARC1; p=reject; adkim=s; aspf=s");
    struct Row {
        const char* says;
        dns::Answers answers;
        SpfResult spf;
        std::vector<DkimResult> dkim;
        const char* result;
        bool by_spf;
        bool by_dkim;
    };
    const auto fails = "fail p=reject of a.example: neither SPF nor DKIM is aligned";
    const auto passes = "pass p=reject of a.example";
    const auto unknown =
        "temperror p=reject of a.example: an aligned domain could not be looked up";
    const std::vector<Row> rows{
        {"nothing", relaxed, no_spf, {}, fails, false, false},
        {"SPF", relaxed, spf(Pass, "a.example"), {}, passes, true, false},
        {"SPF below", relaxed, spf(Pass, "b.a.example"), {}, passes, true, false},
        {"SPF below, strict", strict, spf(Pass, "b.a.example"), {}, fails, false, false},
        {"SPF, strict", strict, spf(Pass, "a.example"), {}, passes, true, false},
        {"SPF of another", relaxed, spf(Pass, "b.example"), {}, fails, false, false},
        {"SPF soft", relaxed, spf(SoftFail, "a.example"), {}, fails, false, false},
        {"SPF neutral", relaxed, spf(Neutral, "a.example"), {}, fails, false, false},
        {"DKIM", relaxed, no_spf, {dkim(Pass, "a.example")}, passes, false, true},
        {"DKIM below, strict", strict, no_spf, {dkim(Pass, "b.a.example")}, fails, false, false},
        {"DKIM among others",
         relaxed,
         no_spf,
         {dkim(Fail, "a.example"), dkim(Pass, "b.example"), dkim(Pass, "a.example")},
         passes,
         false,
         true},
        {"DKIM of another", relaxed, no_spf, {dkim(Pass, "b.example")}, fails, false, false},
        {"DKIM in testing", relaxed, no_spf, {dkim(Pass, "a.example", true)}, fails, false, false},
        {"DKIM with SHA-1", relaxed, no_spf, {dkim(Policy, "a.example")}, fails, false, false},
        {"both", relaxed, spf(Pass, "a.example"), {dkim(Pass, "a.example")}, passes, true, true},
        {"SPF not known", relaxed, spf(TempError, "a.example"), {}, unknown, false, false},
        {"SPF below not known", relaxed, spf(TempError, "gone.a.example"), {}, fails, false, false},
        {"SPF of another not known", relaxed, spf(TempError, "b.example"), {}, fails, false, false},
        {"DKIM not known", relaxed, no_spf, {dkim(TempError, "a.example")}, unknown, false, false},
        {"DKIM below not known",
         relaxed,
         no_spf,
         {dkim(TempError, "old.a.example")},
         fails,
         false,
         false},
        {"DKIM below not known, nor SPF",
         relaxed,
         spf(TempError, "a.example"),
         {dkim(TempError, "old.a.example")},
         unknown,
         false,
         false},
        {"one known, one not",
         relaxed,
         spf(Pass, "a.example"),
         {dkim(TempError, "a.example")},
         passes,
         true,
         false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.says);
        const auto result = check("bob@a.example", row.answers, row.spf, row.dkim);
        CHECK(shown(result) == row.result);
        CHECK(result.from_domain == "a.example");
        CHECK(result.spf_aligned == row.by_spf);
        CHECK(result.dkim_aligned == row.by_dkim);
    }
}

TEST_CASE("the record is that of the domain, else of its organisation", "[dmarc]")
{
    const auto at = [](const std::string& name) {
        return dns::question("_dmarc." + name, dns::RecordType::Txt);
    };
    const dns::Answer none{State::NoName, {}};
    const dns::Answer reject{State::Found, {"v=DMARC1; p=reject; sp=quarantine; pct=50"}};
    const dns::Answer failed{State::Failed, {}};
    const auto unaligned = [](const std::string& start) {
        return start + ": neither SPF nor DKIM is aligned";
    };
    struct Row {
        const char* says;
        const char* author;
        dns::Answers answers;
        std::string result;
    };
    const std::vector<Row> rows{
        {"its own",
         "bob@example.com",
         {{at("example.com"), reject}},
         unaligned("fail p=reject of example.com pct=50")},
        {"of a subdomain",
         "bob@x.y.example.com",
         {{at("x.y.example.com"), none}, {at("example.com"), reject}},
         unaligned("fail p=quarantine of example.com pct=50")},
        {"of a subdomain, without sp=",
         "bob@x.example.com",
         {{at("x.example.com"), none}, {at("example.com"), {State::Found, {"v=DMARC1; p=reject"}}}},
         unaligned("fail p=reject of example.com")},
        {"a subdomain's own",
         "bob@x.example.com",
         {{at("x.example.com"), {State::Found, {"v=DMARC1; p=none"}}}, {at("example.com"), reject}},
         unaligned("fail p=none of x.example.com")},
        {"nothing between them is asked",
         "bob@x.y.example.com",
         {{at("x.y.example.com"), none}, {at("y.example.com"), reject}, {at("example.com"), none}},
         "none: there is no record"},
        {"other records at the name",
         "bob@x.example.com",
         {{at("x.example.com"), {State::Found, {"v=spf1 -all", "hello"}}},
          {at("example.com"), reject}},
         unaligned("fail p=quarantine of example.com pct=50")},
        {"one among other records",
         "bob@example.com",
         {{at("example.com"), {State::Found, {"hello", "v=DMARC1; p=reject"}}}},
         unaligned("fail p=reject of example.com")},
        {"two",
         "bob@x.example.com",
         {{at("x.example.com"), {State::Found, {"v=DMARC1; p=reject", "v=DMARC1; p=none"}}},
          {at("example.com"), reject}},
         "none: there are several records"},
        {"none", "bob@example.com", {{at("example.com"), none}}, "none: there is no record"},
        {"a public suffix has no organisation above it",
         "bob@example.co.uk",
         {{at("example.co.uk"), none}, {at("co.uk"), reject}},
         "none: there is no record"},
        {"no policy",
         "bob@example.com",
         {{at("example.com"), {State::Found, {"v=DMARC1"}}}},
         "permerror p=none of example.com: the record has no policy"},
        {"not known",
         "bob@example.com",
         {{at("example.com"), failed}},
         "temperror: the record could not be looked up"},
        {"not known, that of the organisation is",
         "bob@x.example.com",
         {{at("x.example.com"), failed}, {at("example.com"), reject}},
         "temperror: the record could not be looked up"},
        {"that of the organisation not known",
         "bob@x.example.com",
         {{at("x.example.com"), none}, {at("example.com"), failed}},
         "temperror: the record could not be looked up"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.says);
        CHECK(shown(check(row.author, row.answers)) == row.result);
    }
}

TEST_CASE("a signature counts as not known for the domain and that of the record", "[dmarc]")
{
    struct Row {
        const char* signer;
        auth::Result result;
    };
    const auto row = GENERATE(values<Row>({
        {"x.example.com", auth::Result::TempError},
        {"example.com", auth::Result::TempError},
        {"y.example.com", auth::Result::Fail},
        {"y.x.example.com", auth::Result::Fail},
    }));
    CAPTURE(row.signer);
    auto answers = records("example.com", "v=DMARC1; p=reject");
    answers[dns::question("_dmarc.x.example.com", dns::RecordType::Txt)] = {State::NoName, {}};
    const auto result =
        check("bob@x.example.com", answers, no_spf, {dkim(auth::Result::TempError, row.signer)});
    CHECK(result.result == row.result);
}

TEST_CASE("both names are asked for at once", "[dmarc]")
{
    const dns::Answers nothing;
    dns::View dns{nothing};
    const Letter letter{"From: bob@x.example.com\r\n", {"bob@x.example.com"}};
    CHECK(check_dmarc(letter.message, no_spf, {}, dns).result == auth::Result::TempError);
    CHECK(dns.wanted().size() == 2);
}

TEST_CASE("without an author nothing is judged", "[dmarc]")
{
    struct Row {
        const char* says;
        const char* header;
        std::vector<std::string> from;
    };
    const auto row = GENERATE(values<Row>({
        {"no From", "To: a@b.example\r\n", {}},
        {"no address", "From: nobody\r\n", {}},
        {"an address literal", "From: a@[192.0.2.1]\r\n", {"a@[192.0.2.1]"}},
    }));
    CAPTURE(row.says);
    const Letter letter{row.header, row.from};
    const dns::Answers nothing;
    dns::View dns{nothing};
    const auto result = check_dmarc(letter.message, no_spf, {}, dns);
    CHECK(shown(result) == "none: From names no author");
    CHECK(result.from_domain.empty());
    CHECK(dns.wanted().empty());
}

TEST_CASE("of several authors the worst result counts", "[dmarc]")
{
    struct Row {
        const char* says;
        std::string header;
        const char* from_domain;
        const char* result;
    };
    const auto fails = "fail p=reject of bank.com: neither SPF nor DKIM is aligned";
    const auto row = GENERATE_COPY(values<Row>({
        {"his own", "From: x@eve.com\r\n", "eve.com", "pass p=none of eve.com"},
        {"two of his own", "From: x@eve.com, y@eve.com\r\n", "eve.com", "pass p=none of eve.com"},
        {"the bank and he", "From: ceo@bank.com, Eve <x@eve.com>\r\n", "bank.com", fails},
        {"he in brackets", "From: ceo@bank.com, <x@eve.com>\r\n", "bank.com", fails},
        {"no brackets", "From: ceo@bank.com, x@eve.com\r\n", "bank.com", fails},
        {"he first", "From: x@eve.com, ceo@bank.com\r\n", "bank.com", fails},
        {"two of the bank", "From: CEO <ceo@bank.com>, Info <info@bank.com>\r\n", "bank.com",
         fails},
        {"the stricter policy", "From: a@shop.com, ceo@bank.com\r\n", "bank.com", fails},
        {"the bank and one without a policy", "From: a@none.com, ceo@bank.com\r\n", "bank.com",
         fails},
        {"he and one without a policy", "From: x@eve.com, a@none.com\r\n", "none.com",
         "none: there is no record"},
        {"two fields", "From: x@eve.com\r\nFrom: ceo@bank.com\r\n", "bank.com", fails},
        {"two fields of his own", "From: x@eve.com\r\nFrom: y\r\n", "",
         "none: there are several From fields"},
        {"too many", "From: x@eve.com, a@1.com, a@2.com, a@3.com, ceo@bank.com\r\n", "eve.com",
         "fail: From names too many domains"},
        {"words before an address", "From: CEO ceo@bank.com, x@eve.com\r\n", "bank.com", fails},
        {"words before an address, and brackets", "From: CEO ceo@bank.com, <x@eve.com>\r\n",
         "bank.com", fails},
        {"one that cannot be read", "From: ceo@.bank.com, x@eve.com\r\n", "",
         "none: not all of From names an author"},
        {"a comment without an end", "From: ceo@bank.com (Service, x@eve.com\r\n", "bank.com",
         fails},
        {"a comment without an end, he first", "From: x@eve.com (Service, y@eve.com\r\n", "",
         "none: not all of From names an author"},
        {"a name like an address", "From: x@eve.com <x@eve.com>\r\n", "eve.com",
         "pass p=none of eve.com"},
        {"one without a domain", "From: ceo@[bank.com], x@eve.com\r\n", "",
         "none: an author has no domain"},
    }));
    CAPTURE(row.says);
    auto answers = records("bank.com", "v=DMARC1; p=reject");
    answers.merge(records("shop.com", "v=DMARC1; p=quarantine"));
    answers.merge(records("eve.com", "v=DMARC1; p=none"));
    for (const auto* none : {"none.com", "1.com", "2.com", "3.com"})
        answers[dns::question(std::string{"_dmarc."} + none, dns::RecordType::Txt)] = {
            State::NoName, {}};
    const auto bytes = row.header + "\r\nHello\r\n";
    const auto message = read_message(bytes, {});
    dns::View dns{answers};
    const auto result = check_dmarc(message, spf(auth::Result::Pass, "eve.com"), {}, dns);
    CHECK(shown(result) == row.result);
    CHECK(result.from_domain == row.from_domain);
    CHECK(dns.wanted().empty());
}

TEST_CASE("a From that is no address list is judged by what is shown as the address", "[dmarc]")
{
    const auto from = GENERATE(values<std::string>(
        {"service@bank.example <eve@example.com>", "Bank; Service <eve@example.com>",
         "service@bank.example\r\n <eve@example.com> ", "\"open <eve@example.com>",
         "<eve@example.com> x", "eve@example.com <>", ".eve@example.com",
         "(:::::::::::::::::::::) eve@example.com", "\"<:::::::::::::::::::::\" <eve@example.com>",
         "<Bank Service>eve@example.com"}));
    CAPTURE(from);
    const auto bytes = "From: " + from + "\r\n\r\nHello\r\n";
    const auto message = read_message(bytes, {});
    dns::Answers answers;
    answers[dns::question("_dmarc.example.com", dns::RecordType::Txt)] = {dns::Answer::State::Found,
                                                                          {"v=DMARC1; p=reject"}};
    dns::View dns{answers};
    const auto result = check_dmarc(message, no_spf, {}, dns);
    CHECK(result.result == auth::Result::Fail);
    CHECK(result.from_domain == "example.com");
}

TEST_CASE("proofs are what passed, without keys in testing", "[dmarc][proofs]")
{
    using enum auth::Result;
    Authentication results;
    CHECK(sender_proofs(results) == SenderProofs{});
    results.dkim = {dkim(Pass, "a.example"), dkim(Fail, "b.example"), dkim(Pass, "c.example", true),
                    dkim(Pass, "a.example"), dkim(Pass, "d.example"), dkim(Policy, "e.example")};
    results.spf_helo = spf(Pass, "helo.example");
    results.spf_mail_from = spf(SoftFail, "a.example");
    results.dmarc.result = Fail;
    results.dmarc.from_domain = "a.example";
    CHECK(sender_proofs(results) == SenderProofs{{"a.example", "d.example"}, {}, {}});
    results.spf_mail_from = spf(Pass, "b.example");
    results.dmarc.result = Pass;
    CHECK(sender_proofs(results) ==
          SenderProofs{{"a.example", "d.example"}, {"b.example"}, {"a.example"}});
}
