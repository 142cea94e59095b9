#include "milter/filter/proofs.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"

using namespace lazaret::filter;

namespace {

const ProofSources our_filters{
    {{"mx.example.org", {"dkim", "spf", "dmarc"}}, {"spf.example.org", {"spf"}}}};

std::string joined(const std::vector<std::string>& list)
{
    std::string out;
    for (const auto& text : list) out += ' ' + text;
    return out;
}

// `dkim: a.example spf: dmarc: b.example`
std::string shown(const SenderProofs& proofs)
{
    return "dkim:" + joined(proofs.dkim_domains) + " spf:" + joined(proofs.spf_domains) +
           " dmarc:" + joined(proofs.dmarc_domains);
}

std::string field(const std::string& value) { return "Authentication-Results: " + value + "\r\n"; }

const std::string nothing = "dkim: spf: dmarc:";
const std::string received = "Received: from a.example by b.example; today\r\n";

}  // namespace

TEST_CASE("proof is what a trusted filter says at the top", "[proofs]")
{
    struct Row {
        const char* says;
        std::string header;
        std::string proofs;
    };
    const auto row = GENERATE(values<Row>({
        {"no field", received, nothing},
        {"a signature", field("mx.example.org; dkim=pass header.d=A.Example") + received,
         "dkim: a.example spf: dmarc:"},
        {"several signatures, one bad",
         field("mx.example.org; dkim=pass header.d=a.example; dkim=fail header.d=b.example; "
               "dkim=pass header.d=c.example; dkim=pass header.d=a.example"),
         "dkim: a.example c.example spf: dmarc:"},
        {"i= where d= is missing", field("mx.example.org; dkim=pass header.i=@a.example"),
         "dkim: a.example spf: dmarc:"},
        {"d= before i=",
         field("mx.example.org; dkim=pass header.i=@sub.a.example header.d=a.example"),
         "dkim: a.example spf: dmarc:"},
        {"d= that is an address", field("mx.example.org; dkim=pass header.d=x@a.example"), nothing},
        {"d= that is no domain", field("mx.example.org; dkim=pass header.d=\"a b\""), nothing},
        {"SPF of an address", field("mx.example.org; spf=pass smtp.mailfrom=bob@a.example"),
         "dkim: spf: a.example dmarc:"},
        {"SPF of a domain", field("mx.example.org; spf=pass smtp.mailfrom=a.example"),
         "dkim: spf: a.example dmarc:"},
        {"SPF of the HELO alone", field("mx.example.org; spf=pass smtp.helo=a.example"), nothing},
        {"a method that the filter is not believed in",
         field("spf.example.org; dkim=pass header.d=a.example; spf=pass smtp.mailfrom=b.example; "
               "dmarc=pass header.from=c.example"),
         "dkim: spf: b.example dmarc:"},
        {"DMARC", field("mx.example.org; dmarc=pass header.from=a.example"),
         "dkim: spf: dmarc: a.example"},
        {"not passed",
         field("mx.example.org; dkim=neutral header.d=a.example; spf=softfail "
               "smtp.mailfrom=a.example; dmarc=fail header.from=a.example"),
         nothing},
        {"an IDN", field("mx.example.org; dkim=pass header.d=bücher.example"),
         "dkim: xn--bcher-kva.example spf: dmarc:"},
        {"a name that is not trusted", field("mx.example.com; dkim=pass header.d=a.example"),
         nothing},
        {"a name that begins like a trusted one",
         field("mx.example.org.evil.example; dkim=pass header.d=a.example"), nothing},
        {"capitals in the name", field("MX.example.ORG; dkim=pass header.d=a.example"),
         "dkim: a.example spf: dmarc:"},
        {"another version", field("mx.example.org 2; dkim=pass header.d=a.example"), nothing},
        {"malformed", field("mx.example.org; dkim=pass header.d=a.example oops"), nothing},
        {"below a Received", received + field("mx.example.org; dkim=pass header.d=a.example"),
         nothing},
        {"below another field",
         "DKIM-Filter: OpenDKIM\r\n" + field("mx.example.org; dkim=pass header.d=a.example"),
         "dkim: a.example spf: dmarc:"},
        {"a forged pass below a fail",
         field("mx.example.org; dkim=fail header.d=a.example") +
             field("mx.example.org; dkim=pass header.d=a.example"),
         nothing},
        {"a forged pass below none",
         field("mx.example.org; dkim=none") + field("mx.example.org; dkim=pass header.d=a.example"),
         nothing},
        {"two filters of one name, each with its method",
         field("mx.example.org; dmarc=pass header.from=a.example") +
             field("mx.example.org; dkim=pass header.d=a.example"),
         "dkim: a.example spf: dmarc: a.example"},
        {"two names",
         field("mx.example.org; dkim=pass header.d=a.example") +
             field("spf.example.org; spf=pass smtp.mailfrom=b.example"),
         "dkim: a.example spf: b.example dmarc:"},
        {"a forged name above does not hide ours",
         field("other.example; dkim=fail header.d=a.example") +
             field("mx.example.org; dkim=pass header.d=a.example"),
         "dkim: a.example spf: dmarc:"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Letter letter{row.header};
        CHECK(shown(proofs_of(letter.message, our_filters)) == row.proofs);
        CHECK(shown(proofs_of(letter.message, {})) == nothing);
    }
}

TEST_CASE("a signature speaks for its domain and those below", "[proofs]")
{
    struct Row {
        const char* says;
        SenderProofs proofs;
        std::string domain;
        std::string proof;
    };
    const auto row = GENERATE(values<Row>({
        {"the same", {{"a.example"}, {}, {}}, "a.example", "dkim=a.example"},
        {"a domain below", {{"a.example"}, {}, {}}, "news.a.example", "dkim=a.example"},
        {"not the one above", {{"news.a.example"}, {}, {}}, "a.example", ""},
        {"not one that ends alike", {{"a.example"}, {}, {}}, "bad-a.example", ""},
        {"not a whole top-level domain", {{"example"}, {}, {}}, "a.example", ""},
        {"another one", {{"b.example"}, {}, {}}, "a.example", ""},
        {"the second one", {{"b.example", "a.example"}, {}, {}}, "a.example", "dkim=a.example"},
        {"DMARC first",
         {{"a.example"}, {}, {"a.example"}},
         "a.example",
         "dmarc=a.example dkim=a.example"},
        {"DMARC only for its own", {{}, {}, {"a.example"}}, "news.a.example", ""},
        {"SPF is none for From", {{}, {"a.example"}, {}}, "a.example", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::string proved;
        for (const auto& proof : proofs_for_from(row.proofs, row.domain))
            proved += (proved.empty() ? "" : " ") + proof.text();
        CHECK(proved == row.proof);
    }
    CHECK(proofs_for_mail_from({{"a.example"}, {"b.example"}, {}}, "b.example") ==
          std::vector{lazaret::Proof::spf("b.example")});
    CHECK(proofs_for_mail_from({{"a.example"}, {"b.example"}, {}}, "x.b.example").empty());
    CHECK(proofs_for_mail_from({{"a.example"}, {}, {"a.example"}}, "a.example").empty());
}

TEST_CASE("fields with a result that counts are told from those that a stranger wrote below",
          "[proofs]")
{
    const Letter letter{field("spf.example.org; dkim=pass header.d=a.example") +
                        field("mx.example.org; dkim=fail header.d=a.example") +
                        field("other.example; dkim=pass header.d=a.example") +
                        field("mx.example.org; dkim=pass header.d=a.example") +
                        field("MX.example.org; dmarc=pass header.from=a.example") + received +
                        field("spf.example.org; spf=pass smtp.mailfrom=a.example")};
    CHECK(believed_fields(letter.message.header.fields, our_filters) ==
          std::vector<std::size_t>{1, 4});
}
