#include "milter/filter/auth/dkim.hpp"

#include <algorithm>

#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/auth/signer.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::auth;
using namespace lazaret::filter::auth::test;

namespace {

constexpr const char* letter =
    "Received: from a.example by mx.example.org;\r\n\tSat, 28 Nov 2026 09:00:00 +0000\r\n"
    "From: Bob <bob@a.example>\r\n"
    "To: Alice <alice@example.org>\r\n"
    "Subject:  two  blanks \r\n"
    "Date: Sat, 28 Nov 2026 09:00:00 +0000\r\n"
    "Message-ID: <1@a.example>\r\n"
    "\r\n"
    "Good  morning,\t \r\n"
    " \r\n"
    "until noon.\r\n"
    "\r\n"
    "\r\n";

const Moment now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());

std::vector<DkimResult> check(const std::string& bytes, const dns::Answers& answers = published(),
                              const SignatureLimits& limits = {}, Moment at = now)
{
    const auto cut = cut_header(bytes);
    SignedMessage message{cut};
    dns::View dns{answers};
    return check_dkim(message, dns, limits, at);
}

std::string shown(const DkimResult& result)
{
    return std::string{token(result.result)} + (result.why.empty() ? "" : ": ") + result.why;
}

// The only result, in words.
std::string verdict(const std::string& bytes, const dns::Answers& answers = published())
{
    const auto results = check(bytes, answers);
    REQUIRE(results.size() == 1);
    return shown(results.front());
}

std::string replaced(std::string text, const std::string& old, const std::string& fresh)
{
    const auto at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), fresh);
}

}  // namespace

TEST_CASE("what libopendkim signed verifies, and no longer after one changed byte", "[dkim]")
{
    const bool ed25519 = GENERATE(false, true);
    const bool relaxed_header = GENERATE(false, true);
    const bool relaxed_body = GENERATE(false, true);
    if (ed25519 && !relaxed_header) return;  // see sign_simple_ed25519
    Signing how;
    how.ed25519 = ed25519;
    how.selector = ed25519 ? "s2" : "s1";
    how.relaxed_header = relaxed_header;
    how.relaxed_body = relaxed_body;
    CAPTURE(ed25519, relaxed_header, relaxed_body);
    const auto bytes = sign(letter, how);

    const auto results = check(bytes);
    REQUIRE(results.size() == 1);
    CHECK(shown(results[0]) == "pass");
    CHECK(results[0].domain == "a.example");
    CHECK(results[0].selector == how.selector);
    CHECK(results[0].algorithm == (ed25519 ? "ed25519-sha256" : "rsa-sha256"));
    CHECK(results[0].key_bits == (ed25519 ? 256 : 2048));
    CHECK(results[0].signature_begin.size() == 8);
    CHECK_FALSE(results[0].is_testing);

    CHECK(verdict(replaced(bytes, "noon", "moon")) == "fail: the body has changed");
    CHECK(verdict(replaced(bytes, "Bob", "Rob")) == "fail: the signature does not verify");
    CHECK(verdict(replaced(bytes, "c=", "c= ")) == "fail: the signature does not verify");
    const auto blanks = verdict(replaced(bytes, "Good  ", "Good "));
    CHECK(blanks == (relaxed_body ? "pass" : "fail: the body has changed"));
    const auto fold = verdict(replaced(bytes, "Subject:  two", "SUBJECT:\r\n\ttwo"));
    CHECK(fold == (relaxed_header ? "pass" : "fail: the signature does not verify"));
    CHECK(verdict(bytes + "\r\n") == "pass");
    CHECK(verdict(bytes + "more\r\n") == "fail: the body has changed");
}

TEST_CASE("a message is verified whole, however little of it is looked at", "[dkim]")
{
    const auto bytes = sign(letter, {});
    const auto header = bytes.find("\r\n\r\n");
    for (const std::size_t most : {std::size_t{30}, header + 10, bytes.size()}) {
        const auto message = read_message(bytes, {.message = most});
        SignedMessage signed_message{message.header};
        const auto answers = published();
        dns::View dns{answers};
        const auto results = check_dkim(signed_message, dns, {}, now);
        REQUIRE(results.size() == 1);
        CHECK(shown(results.front()) == "pass");
        CHECK(message.cut_short == (most < bytes.size()));
    }
}

TEST_CASE("a line of any length is hashed as it is signed", "[dkim]")
{
    const bool relaxed = GENERATE(false, true);
    std::string line;
    while (line.size() < 50'000) line += "some words \t and" + std::string(line.size() % 97, ' ');
    line += std::string(40'000, ' ') + "more" + std::string(20'000, '\t');
    const auto bytes = sign(letter + line + "\r\n\r\nend\r\n", {.relaxed_body = relaxed});
    CHECK(verdict(bytes) == "pass");
    CHECK(verdict(replaced(bytes, " more\t", "  more\t")) ==
          (relaxed ? "pass" : "fail: the body has changed"));
}

TEST_CASE("an Ed25519 signature over simple forms verifies", "[dkim]")
{
    const auto bytes = sign_simple_ed25519(
        "From:  Bob <bob@a.example>\r\nTo: x@b.example\r\n\r\n"
        "Good  morning \r\n");
    CHECK(verdict(bytes) == "pass");
    CHECK(verdict(replaced(bytes, "From:  ", "From: ")) == "fail: the signature does not verify");
    CHECK(verdict(replaced(bytes, "ing ", "ing")) == "fail: the body has changed");
}

TEST_CASE("every changed byte of what is signed is noticed", "[dkim]")
{
    const auto bytes = sign(letter, {.relaxed_header = false, .relaxed_body = false});
    const auto signed_from = bytes.find("From: ");
    for (auto at = signed_from; at < bytes.size() - 4; ++at) {
        if (bytes[at] == '\r' || bytes[at] == '\n') continue;
        auto changed = bytes;
        changed[at] = changed[at] == 'x' ? 'y' : 'x';
        const auto results = check(changed);
        CAPTURE(at);
        CHECK(results.front().result == auth::Result::Fail);
    }
}

TEST_CASE("lines that end in LF alone count as the lines they were", "[dkim]")
{
    const bool relaxed = GENERATE(false, true);
    auto bytes = sign(letter, {.relaxed_header = relaxed, .relaxed_body = relaxed});
    bytes.erase(std::remove(bytes.begin(), bytes.end(), '\r'), bytes.end());
    CHECK(verdict(bytes) == "pass");
}

TEST_CASE("a body without bytes can be signed", "[dkim]")
{
    const bool relaxed = GENERATE(false, true);
    const auto bytes = sign("From: bob@a.example\r\n\r\n", {.relaxed_body = relaxed});
    CHECK(verdict(bytes) == "pass");
    CHECK(verdict(bytes + "\r\n") == "pass");
    CHECK(verdict(bytes + "x\r\n") == "fail: the body has changed");
}

TEST_CASE("a field that was signed as missing cannot be added", "[dkim]")
{
    const auto plain = sign(letter, {});
    CHECK(verdict("From: evil@b.example\r\n" + plain) == "pass");
    const auto bytes = sign(letter, {.oversigned = {"From", "Subject", "Reply-To"}});
    CHECK(verdict(bytes) == "pass");
    for (const auto* added : {"From: evil@b.example", "subject: x", "Reply-To: evil@b.example"})
        CHECK(verdict(std::string{added} + "\r\n" + bytes) ==
              "fail: the signature does not verify");
    CHECK(verdict("X-Other: x\r\n" + bytes) == "pass");
}

TEST_CASE("a body that goes on behind l= is not believed", "[dkim]")
{
    const auto bytes = sign(letter, {.relaxed_body = false, .with_length = true});
    REQUIRE(bytes.find(" l=") != std::string::npos);
    CHECK(verdict(bytes) == "pass");
    CHECK(verdict(bytes + "pay here\r\n").starts_with("policy: "));
    CHECK(verdict(replaced(bytes, "until noon.\r\n\r\n\r\n", "")) ==
          "fail: the body is shorter than l=");
    CHECK(verdict(replaced(bytes, "noon", "moon")) == "fail: the body has changed");
}

TEST_CASE("many signatures are verified, the first ten of them", "[dkim]")
{
    std::string bytes = letter;
    for (int count = 0; count < 12; ++count) {
        const bool ed25519 = count % 2 == 1;
        bytes = sign(bytes, {.selector = ed25519 ? "s2" : "s1",
                             .ed25519 = ed25519,
                             .relaxed_body = count % 3 == 0,
                             .with_length = count % 5 == 0});
    }
    const auto results = check(bytes);
    REQUIRE(results.size() == 10);
    for (const auto& result : results) CHECK(shown(result) == "pass");
    CHECK(check(bytes, published(), {.most_signatures = 3}).size() == 3);
}

TEST_CASE("ten thousand signatures ask for ten keys", "[dkim]")
{
    std::string bytes;
    for (int count = 0; count < 10'000; ++count)
        bytes += "DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=k" + std::to_string(count) +
                 "; h=from; b=AAAA; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n";
    bytes += "From: bob@a.example\r\n\r\n";
    const auto cut = cut_header(bytes);
    SignedMessage message{cut};
    const dns::Answers answers;
    dns::View dns{answers};
    const auto results = check_dkim(message, dns, {}, now);
    CHECK(results.size() == 10);
    CHECK(dns.wanted().size() == 10);
    CHECK(dns.is_draft());
    for (const auto& result : results)
        CHECK(shown(result) == "temperror: the key could not be looked up");
}

TEST_CASE("a message with more fields than we look at proves nothing", "[dkim]")
{
    auto bytes = sign(letter, {});
    for (std::size_t count = 0; count < most_header_fields; ++count) bytes = "X: y\r\n" + bytes;
    CHECK(check(bytes).empty());
    bytes = sign(letter, {});
    std::string many;
    for (std::size_t count = 0; count < most_header_fields; ++count) many += "X: y\r\n";
    bytes.insert(bytes.find("Received:"), many);
    CHECK(verdict(bytes) == "permerror: the message has too many header fields");
}

TEST_CASE("a message with a longer header than we look at proves nothing", "[dkim]")
{
    const auto bytes = sign(letter, {});
    const auto end = bytes.find("\r\n\r\n") + 2;
    const auto read_of = [](const std::string& text, std::size_t limit) {
        const auto message = read_message(text, {.header = limit});
        SignedMessage signed_message{message.header};
        const auto answers = published();
        dns::View dns{answers};
        const auto results = check_dkim(signed_message, dns, {}, now);
        REQUIRE(results.size() == 1);
        CHECK(message.cut_short == message.header.cut_short);
        for (const auto& field : message.header.fields) CHECK(field.whole.ends_with("\r\n"));
        return std::pair{message.has_one_author(), shown(results.front())};
    };
    const std::pair<bool, std::string> whole{true, "pass"};
    const std::pair<bool, std::string> cut{false,
                                           "permerror: the message has too many header fields"};
    CHECK(read_of(bytes, end + 2) == whole);
    const auto longer = bytes.substr(0, end) + "X: " + std::string(500, 'y') +
                        "\r\nFrom: ceo@bank.example\r\n" + bytes.substr(end);
    CHECK(read_of(longer, longer.size()).first == false);
    CHECK(read_of(longer, end + 100) == cut);
    CHECK(read_of(longer, end + 505 + 10) == cut);
}

TEST_CASE("keys are believed for what their record allows", "[dkim]")
{
    const auto record = rsa_pair().record;
    const auto key = record.substr(record.find("p="));
    struct Row {
        const char* says;
        std::vector<std::string> records;
        std::string verdict;
    };
    const auto bytes = sign(letter, {});
    const std::vector<Row> rows{
        {"as published", {record}, "pass"},
        {"only a key", {key}, "pass"},
        {"blanks within the key", {replaced(record, "p=MII", "p= M I\tI")}, "pass"},
        {"a note", {"v=DKIM1; n=a note; " + key}, "pass"},
        {"unknown tags", {"v=DKIM1; zz=1; " + key + ";"}, "pass"},
        {"testing", {"v=DKIM1; t=y; " + key}, "pass"},
        {"strict, and i= is d=", {"v=DKIM1; t=y:s; " + key}, "pass"},
        {"SHA-256 among others", {"v=DKIM1; h=sha1:sha256; " + key}, "pass"},
        {"SHA-1 only", {"v=DKIM1; h=sha1; " + key}, "permerror: the key is not for SHA-256"},
        {"for all services", {"v=DKIM1; s=*; " + key}, "pass"},
        {"for mail", {"v=DKIM1; s=tlsrpt:email; " + key}, "pass"},
        {"for something else", {"v=DKIM1; s=tlsrpt; " + key}, "permerror: the key is not for mail"},
        {"another kind",
         {ed25519_pair().record},
         "permerror: the key is of another kind than the signature"},
        {"an unknown kind",
         {"v=DKIM1; k=dsa; " + key},
         "permerror: the key is of another kind than the signature"},
        {"revoked", {"v=DKIM1; k=rsa; p="}, "permerror: the key is revoked"},
        {"no key in it", {"v=DKIM1; k=rsa"}, "permerror: the record of the key is malformed"},
        {"another version", {"v=DKIM2; " + key}, "permerror: the record of the key is malformed"},
        {"the version not first",
         {key + "; v=DKIM1"},
         "permerror: the record of the key is malformed"},
        {"no tags", {"v=spf1 -all"}, "permerror: the record of the key is malformed"},
        {"a tag twice", {record + "; p=x"}, "permerror: the record of the key is malformed"},
        {"a second record beside it", {"v=spf1 -all", record}, "pass"},
        {"two keys, the first counts",
         {rsa_record(2048), record},
         "fail: the signature does not verify"},
        {"no base64", {"v=DKIM1; p=!!!!"}, "permerror: the key is malformed"},
        {"base64 of something else", {"v=DKIM1; p=aGVsbG8="}, "permerror: the key is malformed"},
        {"another key", {rsa_record(2048)}, "fail: the signature does not verify"},
        {"512 bits", {rsa_record(512)}, "policy: key of 512 bits"},
        {"1023 bits", {rsa_record(1023)}, "policy: key of 1023 bits"},
        {"1024 bits", {rsa_record(1024)}, "fail: the signature does not verify"},
        {"4096 bits", {rsa_record(4096)}, "fail: the signature does not verify"},
        {"4097 bits", {rsa_record(4097)}, "policy: key of 4097 bits"},
        {"16384 bits", {rsa_record(16'384)}, "policy: key of 16384 bits"},
        {"an exponent of 64 bits", {rsa_record(2048, 64)}, "fail: the signature does not verify"},
        {"an exponent of 65 bits", {rsa_record(2048, 65)}, "policy: exponent of 65 bits"},
        {"a longest exponent", {rsa_record(3072, 3072)}, "policy: exponent of 3072 bits"},
        {"no records", {}, "permerror: the record of the key is malformed"},
    };
    for (const auto& row : rows) {
        dns::Answers answers;
        publish(answers, "s1._domainkey.a.example", row.records);
        CAPTURE(row.says);
        CHECK(verdict(bytes, answers) == row.verdict);
        CHECK(check(bytes, answers).front().is_testing ==
              (row.verdict == "pass" && row.records.front().find("t=y") != std::string::npos));
    }
}

TEST_CASE("a signature is verified once, and again by another key", "[dkim]")
{
    const auto bytes = sign(letter, {});
    const auto cut = cut_header(bytes);
    SignedMessage message{cut};
    const auto result = [&](const dns::Answers& answers) {
        dns::View dns{answers};
        return check_dkim(message, dns, {}, now).front().result;
    };
    const auto answers = published();
    for (int round = 0; round < 3; ++round) CHECK(result(answers) == auth::Result::Pass);
    CHECK(message.verified_count() == 1);
    dns::Answers others;
    publish(others, "s1._domainkey.a.example", {rsa_record(2048)});
    CHECK(result(others) == auth::Result::Fail);
    CHECK(message.verified_count() == 2);
    CHECK(result(answers) == auth::Result::Pass);
}

TEST_CASE("without an answer there is no verdict, with none there is no key", "[dkim]")
{
    using State = dns::Answer::State;
    const auto bytes = sign(letter, {});
    const auto question = dns::question("s1._domainkey.a.example", dns::RecordType::Txt);
    CHECK(verdict(bytes, {}) == "temperror: the key could not be looked up");
    CHECK(verdict(bytes, {{question, {State::Failed, {}}}}) ==
          "temperror: the key could not be looked up");
    CHECK(verdict(bytes, {{question, {State::NoAnswer, {}}}}) ==
          "temperror: the key could not be looked up");
    CHECK(verdict(bytes, {{question, {State::NoName, {}}}}) == "permerror: there is no key");
    CHECK(verdict(bytes, {{question, {State::NoData, {}}}}) == "permerror: there is no key");
}

TEST_CASE("signatures that cannot be believed are told apart", "[dkim]")
{
    struct Row {
        const char* says;
        std::string old;
        std::string fresh;
        std::string verdict;
    };
    const auto row = GENERATE(values<Row>({
        {"another version", "v=1;", "v=2;", "neutral: v= is not 1"},
        {"no version", "v=1;", "", "neutral: v= is not 1"},
        {"SHA-1", "a=rsa-sha256", "a=rsa-sha1", "policy: made with SHA-1"},
        {"an unknown algorithm", "a=rsa-sha256", "a=x", "neutral: a= is no algorithm that we know"},
        {"no algorithm", "a=rsa-sha256;", "", "neutral: there is no a="},
        {"no domain", "d=a.example;", "", "neutral: there is no d="},
        {"an empty domain", "d=a.example;", "d=;", "neutral: there is no d="},
        {"no name of a domain", "d=a.example;", "d=a..example;", "neutral: d= is no domain"},
        {"an address for a domain", "d=a.example;", "d=[192.0.2.1];", "neutral: d= is no domain"},
        {"no selector", "s=s1;", "", "neutral: there is no s="},
        {"no name of a selector", "s=s1;", "s=a b;", "neutral: s= is no name"},
        {"a selector that is no IDN", "s=s1;", "s=\xff;", "neutral: s= is no name"},
        {"an empty label of a selector", "s=s1;", "s=a..b;", "neutral: s= is no name"},
        {"an unknown canonicalization", "c=relaxed", "c=loose",
         "neutral: c= is no canonicalization that we know"},
        {"another query method", "v=1;", "v=1; q=http;",
         "neutral: q= is no query method that we know"},
        {"ours among other query methods", "v=1;", "v=1; q=http : dns/txt;",
         "fail: the signature does not verify"},
        {"no number in l=", "v=1;", "v=1; l=-1;", "neutral: l= is no number"},
        {"no number in t=", "t=", "t=x", "neutral: t= is no time"},
        {"expires before it was made", "t=", "x=5; t=", "neutral: expires before it was made"},
        {"i= of another domain", "v=1;", "v=1; i=@b.example;",
         "neutral: i= is not of the domain of d="},
        {"i= of a domain that ends alike", "v=1;", "v=1; i=@xa.example;",
         "neutral: i= is not of the domain of d="},
        {"i= without a domain", "v=1;", "v=1; i=bob;", "neutral: i= is no address"},
        {"i= of a domain below", "v=1;", "v=1; i=@x.a.example;",
         "fail: the signature does not verify"},
        {"i= with a fold", "v=1;", "v=1; i=bob@x.a\r\n\t.exam ple;",
         "fail: the signature does not verify"},
        {"From is not signed", "\th=", "\th=to; zz=", "neutral: From is not signed"},
        {"no fields", "\th=", "\tzz=", "neutral: there is no h="},
        {"no body hash", "bh=", "zz=", "neutral: bh= is no SHA-256 in base64"},
        {"a body hash too short", "bh=", "bh=AAAA; zz=", "neutral: bh= is no SHA-256 in base64"},
        {"a tag twice", "v=1;", "v=1; v=1;", "neutral: it is no list of tags"},
        {"an empty place", "v=1;", "v=1;;", "neutral: it is no list of tags"},
        {"nothing", "v=1;", "\001;", "neutral: it is no list of tags"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(verdict(replaced(sign(letter, {}), row.old, row.fresh)) == row.verdict);
    }
}

TEST_CASE("names in letters of other languages are looked up as the DNS has them", "[dkim]")
{
    const auto bytes = replaced(replaced(sign(letter, {}), "s=s1;", "s=M\u00fcnchen.S1;"),
                                "d=a.example;", "d=B\u00fccher.example;");
    const auto cut = cut_header(bytes);
    SignedMessage message{cut};
    const dns::Answers answers;
    dns::View dns{answers};
    const auto results = check_dkim(message, dns, {}, now);
    REQUIRE(results.size() == 1);
    CHECK(results.front().selector == "xn--mnchen-3ya.s1");
    CHECK(results.front().domain == "xn--bcher-kva.example");
    CHECK(dns.wanted() ==
          dns::Questions{dns::question("xn--mnchen-3ya.s1._domainkey.xn--bcher-kva.example",
                                       dns::RecordType::Txt)});
}

TEST_CASE("i= is told as it was judged, however it is written", "[dkim]")
{
    std::string folds;
    for (int line = 0; line < 20; ++line) folds += std::string(70, ' ') + "\r\n\t";
    struct Row {
        const char* says;
        std::string written;
        const char* identity;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"that of d=", "bob@a.example", "bob@a.example"},
        {"below, in capitals", "Bob@X.A.example", "Bob@x.a.example"},
        {"blanks within", "b ob@x.a\r\n\t.exam ple", "bob@x.a.example"},
        {"another domain, then blanks", "@bank.example" + folds + ".a.example",
         "@bank.example.a.example"},
        {"another domain, then letters that are no ASCII",
         "@bank.example\u3002\uff41.\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45",
         "@bank.example.a.example"},
        {"an address before the domain", "x@bank.example\xff@a.example",
         "x@bank.example@a.example"},
        {"not of d=", "@bank.example", ""},
        {"no address", "bank.example", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto bytes = replaced(sign(letter, {}), "v=1;", "v=1; i=" + row.written + ';');
        const auto results = check(bytes);
        REQUIRE(results.size() == 1);
        CHECK(results.front().identity == row.identity);
    }
}

TEST_CASE("a signature expires with tolerance for a wrong clock", "[dkim]")
{
    using namespace std::chrono_literals;
    // The signer asks the clock, which may be minutes on when this test's turn comes.
    const Moment now = std::chrono::floor<std::chrono::seconds>(system_now());
    const auto bytes = sign(letter, {.lifetime = 3600});
    REQUIRE(bytes.find("x=") != std::string::npos);
    const auto at = [&](Moment when, std::chrono::seconds tolerance) {
        return shown(check(bytes, published(), {.clock_tolerance = tolerance}, when).front());
    };
    CHECK(at(now, 0s) == "pass");
    CHECK(at(now + 3500s, 0s) == "pass");
    CHECK(at(now + 3700s, 0s) == "policy: expired");
    CHECK(at(now + 3700s, 300s) == "pass");
    CHECK(at(now + 4000s, 300s) == "policy: expired");
    CHECK(at(now - 7200s, 0s) == "pass");
}

TEST_CASE("a key for its domain alone does not sign for those below", "[dkim]")
{
    auto bytes = replaced(sign(letter, {}), "v=1;", "v=1; i=@x.a.example;");
    dns::Answers answers;
    publish(answers, "s1._domainkey.a.example", {"t=s; " + rsa_pair().record.substr(9)});
    CHECK(verdict(bytes, answers) == "permerror: the key is not for domains below its own");
}

TEST_CASE("a signature may name its own field: it was not there when it was made", "[dkim]")
{
    const auto once = sign(letter, {});
    const auto bytes = sign(once, {.oversigned = {"DKIM-Signature"}});
    const auto results = check(bytes);
    REQUIRE(results.size() == 2);
    CHECK(shown(results[0]) == "pass");
    CHECK(shown(results[1]) == "pass");
}
