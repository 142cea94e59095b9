#include "milter/filter/learn/traits.hpp"

#include <algorithm>
#include <string>

#include "milter/filter/learn/features.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

std::size_t shared(const std::string& left, const std::string& right)
{
    const Features one{left};
    const Features other{right};
    return static_cast<std::size_t>(
        std::ranges::count_if(one.traits().all(), [&](const Trait& trait) {
            return std::ranges::find(other.traits().all(), trait.hash, &Trait::hash) !=
                   other.traits().all().end();
        }));
}

std::size_t count(const std::string& message) { return Features{message}.traits().all().size(); }

}  // namespace

TEST_CASE("traits are what a person knows a mail by", "[learn]")
{
    struct Row {
        const char* says;
        const char* message;
        std::size_t traits;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", 0},
        {"address and domain", "From: anna@example.org\n\n", 2},
        {"and a name", "From: Anna <anna@example.org>\n\n", 3},
        {"no address", "From: Anna\n\n", 1},
        {"list", "List-Id: Weekly <weekly.example.org>\n\n", 1},
        {"words of three letters at least", "Subject: Re: our roses in May\n\n", 3},
        {"each word once", "Subject: act now, ACT now\n\n", 2},
        {"encoded words", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n\n", 1},
        {"links", "A: b\n\nhttps://a.example/x and http://b.example:80/ and HTTPS://A.example/y\n",
         2},
        {"signers",
         "DKIM-Signature: v=1; a=rsa-sha256;d=a.example; s=x\n"
         "DKIM-Signature: v=1;\n\td=b.example; s=x; bd=c.example\n\n",
         2},
        {"who answers and who sent", "Reply-To: x@a.example\nSender: y@b.example\n\n", 2},
        {"the way says nothing", "Received: from a.example by b.example\nTo: a@b.example\n\n", 0},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(count(row.message) == row.traits); }
}

TEST_CASE("traits are the same in capitals, encoded, and with other line ends", "[learn]")
{
    const std::string plain = "From: Anna <anna@example.org>\nSubject: Our roses\n\n";
    CHECK(shared(plain, "From: ANNA <Anna@Example.ORG>\r\nSubject: our ROSES\r\n\r\n") == 5);
    CHECK(shared(plain,
                 "From: =?utf-8?B?QW5uYQ==?= <anna@example.org>\nSubject: Our\n roses\n\n") == 5);
    CHECK(shared(plain, "From: Bert <bert@example.org>\nSubject: Your tulips\n\n") == 1);
    // A domain that writes is not a domain that signs.
    CHECK(shared("From: a@b.example\n\n", "DKIM-Signature: v=1; d=b.example\n\n") == 0);
}

TEST_CASE("endless traits are bounded", "[learn]")
{
    std::string message = "Subject: ";
    for (int i = 0; i < 1'000; ++i) message += "word" + std::to_string(i) + " ";
    message += "\n";
    for (int i = 0; i < 1'000; ++i)
        message += "DKIM-Signature: d=d" + std::to_string(i) + ".example\n";
    CHECK(count(message + "\n") == Traits::most);
}
