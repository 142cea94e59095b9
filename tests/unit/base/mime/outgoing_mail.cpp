#include "base/mime/outgoing_mail.hpp"

#include "base/mail/header_fields.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

namespace {

OutgoingMail sample()
{
    return {.from_name = "Quarantaine, dépôt",
            .from_address = "quarantine@example.org",
            .to_address = "user@example.org",
            .subject = "Rapport de quarantaine: 7 messages retenus, du 19 au 20 janvier à Genève",
            .date = Moment{std::chrono::seconds{1'484'913'600}},
            .message_id = "r1.abc@example.org",
            .fields = {{"Auto-Submitted", "auto-generated"},
                       {"List-Unsubscribe", "<https://q.example.org/u/k1.abc>"}},
            .text = "Bonjour à tous\n. un point\nFrom une ligne\n" + std::string(2'000, 'x') + "\n",
            .html = "<p lang=\"fr\">Bonjour à tous</p>"};
}

}  // namespace

TEST_CASE("A composed mail reads back as what was put in", "[base][mime]")
{
    const auto mail = sample();
    const auto bytes = compose(mail);
    const auto read = filter::read_message(bytes, {});
    REQUIRE(read.readable);
    CHECK(read.subject == mail.subject);
    CHECK(read.from == "Quarantaine, dépôt <quarantine@example.org>");
    CHECK(read.text.find("Bonjour à tous") != std::string::npos);
    CHECK(read.text.find(std::string(2'000, 'x')) != std::string::npos);
    CHECK(read.field("Message-Id") == " <r1.abc@example.org>");
    CHECK(read.field("Date") == " Fri, 20 Jan 2017 12:00:00 +0000");
    CHECK(read.field("List-Unsubscribe") == " <https://q.example.org/u/k1.abc>");
    CHECK(bytes.find("multipart/alternative") != std::string::npos);
}

TEST_CASE("Every line of a composed mail is short, ASCII and ends in CRLF", "[base][mime]")
{
    const auto bytes = compose(sample());
    std::size_t begin = 0;
    while (begin < bytes.size()) {
        const auto end = bytes.find('\n', begin);
        REQUIRE(end != std::string::npos);
        CHECK(end - begin <= 100);
        CHECK(bytes[end - 1] == '\r');
        for (auto at = begin; at < end - 1; ++at) {
            REQUIRE(static_cast<unsigned char>(bytes[at]) < 0x80);
            REQUIRE(bytes[at] != '\r');
        }
        begin = end + 1;
    }
}

TEST_CASE("No value of a field begins another one", "[base][mime]")
{
    auto mail = sample();
    const std::string evil{"x\r\nBcc: victim@example.org\r\n\r\n<script>\0y\xff", 41};
    mail.subject = mail.from_name = mail.message_id = mail.fields[0].second = evil;
    mail.text = evil;
    const auto bytes = compose(mail);
    const auto cut = cut_header(bytes);
    for (const auto& field : cut.fields) CHECK(field.name != "Bcc");
    CHECK(bytes.find("\r\nBcc:") == bytes.find("\r\nBcc: victim", cut.header.size()));
    CHECK(filter::read_message(bytes, {}).readable);
}

TEST_CASE("Without HTML it is a plain text mail", "[base][mime]")
{
    auto mail = sample();
    mail.html.clear();
    const auto bytes = compose(mail);
    CAPTURE(bytes);
    CHECK(bytes.find("Content-Type: text/plain; charset=utf-8") != std::string::npos);
    CHECK(bytes.find("multipart") == std::string::npos);
}
