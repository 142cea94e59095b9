#include "milter/filter/authentication_results.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret::filter;

namespace {

// One line for a field that was read: `mx.example.org dkim=pass header.d=a.example; spf=fail`.
std::string shown(std::string_view value)
{
    const auto read = parse_authentication_results(value);
    if (!read) return "malformed";
    std::string out = read->authserv_id;
    if (read->version != 1) out += " v" + std::to_string(read->version);
    for (const auto& result : read->results) {
        out +=
            (&result == &read->results.front() ? " " : "; ") + result.method + '=' + result.result;
        for (const auto& property : result.properties)
            out += ' ' + property.name + '=' + property.value;
    }
    return out;
}

}  // namespace

TEST_CASE("Authentication-Results are read as RFC 8601 writes them", "[proofs]")
{
    struct Row {
        const char* says;
        std::string value;
        std::string read;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing judged", " mx.example.org; none", "mx.example.org"},
        {"nothing judged, with a version", "mx.example.org 1; none", "mx.example.org"},
        {"a later version", "mx.example.org 2; dkim=pass", "mx.example.org v2 dkim=pass"},
        {"as OpenDKIM writes",
         " mx.example.org;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=news.example "
         "header.i=@news.example header.a=rsa-sha256 header.s=s1 header.b=aB/c+1=;\r\n"
         "\tdkim-atps=neutral",
         "mx.example.org dkim=pass header.d=news.example header.i=@news.example "
         "header.a=rsa-sha256 header.s=s1 header.b=aB/c+1=; dkim-atps=neutral"},
        {"as OpenDMARC writes",
         "mx.example.org; dmarc=pass (p=none dis=none) header.from=a.example",
         "mx.example.org dmarc=pass header.from=a.example"},
        {"as an SPF policy server writes",
         "mx.example.org; spf=pass (mailfrom) smtp.mailfrom=a.example (client-ip=192.0.2.1; "
         "helo=h.example; envelope-from=x@a.example; receiver=<UNKNOWN>)",
         "mx.example.org spf=pass smtp.mailfrom=a.example"},
        {"several results", "mx.example.org; spf=fail smtp.mailfrom=a@b.example; dkim=none;",
         "mx.example.org spf=fail smtp.mailfrom=a@b.example; dkim=none"},
        {"comments wherever they may stand",
         "(a) mx.example.org (b (nested \\) ) c) 1 (d) ; (e) dkim (f) / (g) 1 (h) = (i) pass (j) "
         "reason (k) = (l) \"good; really\" (m) header (n) . (o) d (p) = (q) a.example (r)",
         "mx.example.org dkim=pass reason=good; really header.d=a.example"},
        {"capitals", "MX.Example.ORG; DKIM=Pass Header.D=A.example",
         "mx.example.org dkim=pass header.d=A.example"},
        {"a quoted name", "\"mx.example.org\"; dkim=pass", "mx.example.org dkim=pass"},
        {"a quoted local part", "mx.example.org; spf=pass smtp.mailfrom=\"a; dkim=pass\"@b.example",
         "mx.example.org spf=pass smtp.mailfrom=a; dkim=pass@b.example"},
        {"quoted characters in quotes",
         "mx.example.org; spf=pass smtp.mailfrom=\"a\\\"b\"@c.example",
         "mx.example.org spf=pass smtp.mailfrom=a\"b@c.example"},
        {"an empty value",
         "mx.example.org; spf=none smtp.mailfrom=", "mx.example.org spf=none smtp.mailfrom="},
        {"a property without a type",
         "mx.example.org; dmarc=fail action=none header.from=a.example",
         "mx.example.org dmarc=fail action=none header.from=a.example"},
        {"only semicolons", "mx.example.org;;;", "mx.example.org"},
        {"only a name", "mx.example.org", "mx.example.org"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(shown(row.value) == row.read); }
}

TEST_CASE("what is malformed anywhere is not read at all", "[proofs]")
{
    struct Row {
        const char* says;
        std::string value;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", ""},
        {"blanks", " \r\n\t"},
        {"only a comment", "(mx.example.org)"},
        {"no name", "; dkim=pass"},
        {"an open comment", "mx.example.org; dkim=pass (good header.d=a.example"},
        {"a comment's end too many", "mx.example.org; dkim=pass ) header.d=a.example"},
        {"an open quote", "mx.example.org; dkim=pass header.d=\"a.example"},
        {"a backslash at the end of a comment", "mx.example.org (a\\"},
        {"no result", "mx.example.org; dkim"},
        {"an empty result", "mx.example.org; dkim="},
        {"text where a property should stand", "mx.example.org; dkim=pass header.d=a.example oops"},
        {"what a stranger's local part may do",
         "mx.example.org; spf=pass smtp.mailfrom=a b; dkim=pass header.d=bank.example "
         "x@evil.example"},
        {"a version that is no number", "mx.example.org one; dkim=pass"},
        {"a version with many digits", "mx.example.org 99999999999999999999; dkim=pass"},
        {"a NUL", std::string{"mx.example.org\0; dkim=pass", 26}},
        {"a control character in quotes", "mx.example.org; dkim=pass header.d=\"a\x01\""},
        {"a method without a name", "mx.example.org; =pass"},
        {"none with more behind it", "mx.example.org; none dkim=pass"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(shown(row.value) == "malformed"); }
}

TEST_CASE("a field as long as a header can be costs one pass", "[proofs]")
{
    const std::string open(1 << 20, '(');
    CHECK_FALSE(parse_authentication_results("mx.example.org; dkim=pass " + open));
    std::string many = "mx.example.org";
    for (int at = 0; at < 50'000; ++at) many += "; dkim=pass";
    CHECK(parse_authentication_results(many)->results.size() == 50'000);
}
