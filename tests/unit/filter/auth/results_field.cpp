#include "milter/filter/auth/results_field.hpp"

#include "milter/filter/auth/sender_proofs.hpp"
#include "milter/filter/authentication_results.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::auth;

namespace {

using enum auth::Result;

DkimResult signature(auth::Result result, const std::string& domain)
{
    DkimResult dkim;
    dkim.result = result;
    dkim.domain = domain;
    dkim.selector = "s1";
    dkim.algorithm = "rsa-sha256";
    dkim.signature_begin = "aB/c+1==";
    return dkim;
}

Authentication all_passed()
{
    Authentication results;
    results.spf_helo = {Pass, "mail.a.example", "a", ""};
    results.spf_mail_from = {Pass, "a.example", "ip4:192.0.2.1", ""};
    results.dkim = {signature(Pass, "a.example")};
    results.dmarc.result = Pass;
    results.dmarc.from_domain = "a.example";
    results.dmarc.record_domain = "a.example";
    results.dmarc.policy = DmarcResult::Policy::Reject;
    results.arc.result = Pass;
    return results;
}

// The field as our own reader has it: `spf=pass smtp.mailfrom=a.example; ...`.
std::string read_back(const Authentication& results, const std::string& id = "mx.example.org")
{
    const auto read = parse_authentication_results(authentication_results_value(results, id));
    if (!read) return "malformed";
    CHECK(read->authserv_id == id);
    std::string out;
    for (const auto& result : read->results) {
        out += (out.empty() ? "" : "; ") + result.method + '=' + result.result;
        for (const auto& property : result.properties)
            out += ' ' + property.name + '=' + property.value;
    }
    return out;
}

}  // namespace

TEST_CASE("Authentication-Results are written as RFC 8601 wants them", "[auth]")
{
    CHECK(authentication_results_value(all_passed(), "mx.example.org") ==
          "mx.example.org;\n"
          "\tspf=pass smtp.helo=mail.a.example;\n"
          "\tspf=pass smtp.mailfrom=a.example;\n"
          "\tdkim=pass header.d=a.example header.s=s1 header.a=rsa-sha256\n"
          "\theader.b=\"aB/c+1==\";\n"
          "\tdmarc=pass header.from=a.example policy.dmarc=reject;\n"
          "\tarc=pass");
    CHECK(authentication_results_value({}, "mx.example.org") ==
          "mx.example.org;\n\tspf=none;\n\tdkim=none;\n\tdmarc=none;\n\tarc=none");
}

TEST_CASE("our own reader reads what we write", "[auth]")
{
    auto results = all_passed();
    CHECK(read_back(results) ==
          "spf=pass smtp.helo=mail.a.example; spf=pass smtp.mailfrom=a.example; "
          "dkim=pass header.d=a.example header.s=s1 header.a=rsa-sha256 header.b=aB/c+1==; "
          "dmarc=pass header.from=a.example policy.dmarc=reject; arc=pass");

    results.spf_helo = {};
    results.spf_mail_from = {SoftFail, "b.example", "~all", "go; away \"now\""};
    results.dkim = {signature(Fail, "b.example"), signature(Pass, "c.example")};
    results.dkim[0].why = "the body has changed";
    results.dkim[1].is_testing = true;
    results.dmarc.result = TempError;
    results.dmarc.why = "the record could not be looked up";
    results.dmarc.record_domain.clear();
    results.arc.result = Fail;
    results.arc.why = "the newest signature does not verify";
    CHECK(read_back(results) ==
          "spf=softfail reason=~all smtp.mailfrom=b.example; "
          "dkim=fail reason=the body has changed header.d=b.example header.s=s1 "
          "header.a=rsa-sha256 header.b=aB/c+1==; "
          "dkim=neutral reason=verifies, but its key is in testing header.d=c.example header.s=s1 "
          "header.a=rsa-sha256 header.b=aB/c+1==; "
          "dmarc=temperror reason=the record could not be looked up header.from=a.example; "
          "arc=fail reason=the newest signature does not verify");
}

TEST_CASE("a stranger's bytes cannot say more than they are", "[auth]")
{
    struct Row {
        const char* says;
        std::string bytes;
        const char* shown;
    };
    const auto row = GENERATE(values<Row>({
        {"another result", "x; dkim=pass header.d=bank.example",
         " header.s=x; dkim=pass header.d=bank.example"},
        {"a comment", "x(y", " header.s=x(y"},
        {"quotes", "a\"; dmarc=pass \"", " header.s=a\"; dmarc=pass \""},
        {"backslashes", "a\\\"b\\", " header.s=a\\\"b\\"},
        {"a line end", "x\r\nTo: y", ""},
        {"a line feed", "x\ny", ""},
        {"NUL", std::string{"x\0y", 3}, ""},
        {"no ASCII", "b\xC3\xBC", ""},
        {"too long", std::string(256, 'a'), ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Authentication results;
        results.dkim = {signature(Fail, "a.example")};
        results.dkim[0].selector = row.bytes;
        CHECK(read_back(results) == "spf=none; dkim=fail header.d=a.example" +
                                        std::string{row.shown} +
                                        " header.a=rsa-sha256 header.b=aB/c+1==; "
                                        "dmarc=none; arc=none");
    }
}

TEST_CASE("a name of ours that is no token is quoted", "[auth]")
{
    CHECK(read_back(all_passed(), "mx example").starts_with("spf=pass"));
}

TEST_CASE("who reads our field believes what we do", "[auth][proofs]")
{
    auto results = all_passed();
    results.dkim.push_back(signature(Fail, "b.example"));
    results.dkim.push_back(signature(Pass, "c.example"));
    results.dkim.back().is_testing = true;
    const auto value = authentication_results_value(results, "mx.example.org");
    Message message;
    message.header.fields.push_back({"Authentication-Results", value, value});
    CHECK(proofs_of(message, {{{"mx.example.org", {"dkim", "spf", "dmarc"}}}}) ==
          sender_proofs(results));
}
