#include "milter/filter/message/forwarded_text.hpp"

#include <fmt/format.h>

#include "base/mail/digest.hpp"
#include "base/mail/reference_field.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/seal_keys.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

using Names = std::vector<std::string>;

std::string mail(const std::string& text, const std::string& type = "text/plain; charset=utf-8")
{
    return "From: bob@example.com\r\nSubject: Fwd: Winter\r\n prices\r\nContent-Type: " + type +
           "\r\n\r\n" + text + "\r\n";
}

}  // namespace

TEST_CASE("a mail that quotes another names its sender, however a program writes it", "[votes]")
{
    struct Row {
        const char* says;
        std::string bytes;
        Names senders;
    };
    const auto row = GENERATE(values<Row>({
        {"Thunderbird",
         mail("-------- Forwarded Message --------\r\nFrom: Ada <Ada@Example.org>"),
         {"ada@example.org"}},
        {"Outlook",
         mail("Von: Ada [mailto:ada@example.org]\r\nAn: bob@example.com; carl@x.example"),
         {"ada@example.org", "bob@example.com", "carl@x.example"}},
        {"HTML",
         mail("<p><b>De :</b> Ada &lt;<a href=\"#\">ada@example.org</a>&gt;", "text/html"),
         {"ada@example.org"}},
        {"quoted, at the end of a sentence",
         mail("> it came from ada+news@example.org."),
         {"ada+news@example.org"}},
        {"with an apostrophe", mail("o'neil@example.org"), {"o'neil@example.org"}},
        {"each once", mail("ada@example.org ADA@example.org"), {"ada@example.org"}},
        {"beside no address", mail("@ a@ @b a@@b @ ada@example.org"), {"ada@example.org"}},
        {"none", mail("Buy now"), {}},
        {"nothing", "", {}},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(read_forwarded_text(row.bytes).senders == row.senders); }
}

TEST_CASE("of a quoting mail so much is read, and its subject as it is", "[votes]")
{
    CHECK(read_forwarded_text(mail("hello")).subject == "Fwd: Winter prices");
    std::string many;
    for (int number = 0; number < 100; ++number) many += fmt::format("a{}@example.org ", number);
    CHECK(read_forwarded_text(mail(many)).senders.size() == most_quoted_addresses);
    CHECK(read_forwarded_text(mail(std::string(2 << 20, '@'))).senders.empty());
    CHECK(read_forwarded_text(mail(std::string(2 << 20, 'a') + "@example.org")).senders.empty());
}

TEST_CASE("a quoted header names the message, though nothing vouches for it", "[votes]")
{
    const std::string received = "From: ada@example.org\r\n\r\nBuy now\r\n";
    const auto digest = digest_of(received, "");
    const auto field =
        "X-Lazaret-Reference: " +
        make_reference_field(SealKeys::parse(key_one, "test"), received, digest, 0, sealed_at);
    CHECK(read_forwarded_text(mail("Return-Path: <a@b.example>\r\n" + field + "\r\nFrom: ada"))
              .digest == digest);
    CHECK(digest_in_text("x-lazaret-reference:\n" + field.substr(field.find(' '))) == digest);
    // Broken by a program that writes short lines.
    auto broken = field;
    broken.replace(broken.find(' ', 22), 1, "\n\t");
    CHECK(digest_in_text(broken) == digest);
    for (const auto& text : {field.substr(0, field.rfind(' ')), std::string{"X-Lazaret-Reference"},
                             std::string{"X-Lazaret-Reference: a b c d e"}, std::string{}})
        CHECK_FALSE(digest_in_text(text));
}
