#include "base/mail/digest.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

namespace {

const std::string message =
    "Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    "From: Bob <bob@example.com>\r\nTo: ann@example.org\r\nSubject: papers\r\n"
    "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n"
    "Hello,\r\nhere they are.\r\n";

std::string with(std::string text, const std::string& old, const std::string& fresh)
{
    const auto at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), fresh);
}

}  // namespace

TEST_CASE("what an MTA adds or changes does not change the digest", "[digest]")
{
    struct Row {
        const char* says;
        std::string other;
    };
    const auto row = GENERATE(values<Row>({
        {"the same", message},
        {"another Received", "Received: from c.example by d.example; later\r\n" + message},
        {"results of filters in front",
         "Authentication-Results: mx.example.org; none\r\n"
         "Received-SPF: pass\r\nDKIM-Filter: x\r\n" +
             message},
        {"our own header", "X-Lazaret-Verdict: clean\r\n" + message},
        {"ARC", "ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\n" + message},
        {"folding", with(message, "Bob <bob", "Bob\r\n\t<bob")},
        {"case of a name", with(message, "Subject:", "SUBJECT:")},
        {"a completed address", with(message, "ann@example.org", "ann@mail.example.org")},
        {"an address in brackets", with(message, "ann@example.org", "<ann@example.org>")},
        {"a Date of the MTA, where the Message-ID names it",
         with(message, "10:00:00 +0000\r\nMess", "10:05:00 +0000\r\nMess")},
        {"a blank line more at the end", message + "\r\n"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(digest_of(row.other, "4XyZ1b") == digest_of(message, "4XyZ1b"));
    }
}

TEST_CASE("what a sender changes changes the digest", "[digest]")
{
    struct Row {
        const char* says;
        std::string other;
    };
    const auto row = GENERATE(values<Row>({
        {"the body", with(message, "Hello", "Hallo")},
        {"a blank in the body", with(message, "Hello,", "Hello ,")},
        {"a blank line in the body", with(message, "Hello,\r\n", "Hello,\r\n\r\n")},
        {"the subject", with(message, "papers", "paper")},
        {"the sender's local part", with(message, "bob@", "rob@")},
        {"the sender's name", with(message, "Bob", "Rob")},
        {"the Message-ID", with(message, "<1@", "<2@")},
        {"a field more", "X-New: 1\r\n" + message},
        {"the order of fields", with(with(message, "To: ann@example.org\r\n", ""),
                                     "Date:", "To: ann@example.org\r\nDate:")},
        {"a field that becomes body", with(message, "Date:", "\r\nDate:")},
        {"empty", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(digest_of(row.other, "4XyZ1b") != digest_of(message, "4XyZ1b"));
    }
}

TEST_CASE("a try of mail that Postfix completes is the same as the next", "[digest]")
{
    const auto attempt = [](const std::string& queue_id, const std::string& minute) {
        return "To: ann@example.org\r\nSubject: papers\r\nMessage-Id: <2026." + queue_id +
               "@mx.example.org>\r\nDate: Mon, 23 Nov 2026 10:" + minute +
               ":00 +0000 (UTC)\r\nFrom: bob@mx.example.org\r\n\r\nHello.\r\n";
    };
    CHECK(digest_of(attempt("4XyZ1b", "00"), "4XyZ1b") ==
          digest_of(attempt("5AbC2d", "07"), "5AbC2d"));
    // For anybody else that Message-Id names the message.
    CHECK(digest_of(attempt("4XyZ1b", "00"), "") != digest_of(attempt("5AbC2d", "00"), ""));
    CHECK(digest_of(attempt("4XyZ1b", "00"), "") == digest_of(attempt("4XyZ1b", "00"), "other"));
}

TEST_CASE("a message that Postfix completes when it is released is the one that was held",
          "[digest]")
{
    const std::string end = "\r\nHello.\r\n";
    const std::string named = "Subject: papers\r\nMessage-ID: <1@example.com>\r\n";
    const std::string resent =
        "From: a@example.com\r\nMessage-ID: <1@example.com>\r\n"
        "Resent-To: ann@example.org\r\n";
    struct Row {
        const char* says;
        std::string held, released;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"From", named, named + "From: bob@mx.example.org\r\n"},
        {"Date and From", named,
         named + "Date: Mon, 23 Nov 2026 10:00:00 +0000 (UTC)\r\nFrom: bob@mx.example.org\r\n"},
        {"From before our fields", named,
         named + "From: bob@mx.example.org\r\nX-Lazaret-Score: 7\r\n"},
        {"what names a message sent on", resent,
         resent + "Resent-Message-Id: <2026.4XyZ1b@mx.example.org>\r\nResent-Date: Mon, 23 Nov "
                  "2026 10:00:00 +0000 (UTC)\r\nResent-From: bob@mx.example.org\r\n"},
        {"Date and From of a message sent on", resent + "Resent-Message-Id: <2@example.com>\r\n",
         resent + "Resent-Message-Id: <2@example.com>\r\nResent-Date: Mon, 23 Nov 2026 "
                  "10:00:00 +0000 (UTC)\r\nResent-From: bob@mx.example.org\r\n"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(digest_of(row.held + end, "") == digest_of(row.released + end, "4XyZ1b"));
    }
}

TEST_CASE("a sender's own From counts", "[digest]")
{
    const auto of = [](const std::string& header) {
        return digest_of(header + "\r\n\r\nHello.\r\n", "4XyZ1b");
    };
    // Nothing else names the message, so two meters that report the same are two messages.
    CHECK(of("Subject: on\r\nFrom: one@example.com") != of("Subject: on\r\nFrom: two@example.com"));
    // Postfix adds its own at the end, and none where there is one.
    CHECK(of("From: one@example.com\r\nMessage-ID: <1@example.com>") !=
          of("From: two@example.com\r\nMessage-ID: <1@example.com>"));
    CHECK(of("From: one@example.com\r\nMessage-ID: <1@example.com>\r\nFrom: x@example.com") !=
          of("From: one@example.com\r\nMessage-ID: <1@example.com>\r\nFrom: y@example.com"));
}

TEST_CASE("line ends of a body do not count, line breaks do", "[digest]")
{
    const auto of = [](const std::string& body) { return digest_of("A: b\r\n\r\n" + body, ""); };
    CHECK(of("a\r\nb\r\n") == of("a\nb\n"));
    CHECK(of("a\r\nb") == of("a\r\nb\r\n\r\n"));
    CHECK(of("a\r\nb") != of("ab"));
    CHECK(of("a\rb") != of("a\r\nb"));
    CHECK(of("") != of("a"));
}

TEST_CASE("a digest is read as it was written, and nothing else is one", "[digest]")
{
    const auto digest = digest_of("A: b\r\n\r\nc", "");
    const auto text = digest.hex();
    CHECK(digest_of_hex(text) == digest);
    CHECK_FALSE(digest_of_hex(""));
    CHECK_FALSE(digest_of_hex(text.substr(2)));
    CHECK_FALSE(digest_of_hex(text + "00"));
    CHECK_FALSE(digest_of_hex(text.substr(0, 63) + "x"));
    CHECK_FALSE(digest_of_hex(std::string(64, 'A')));
    CHECK_FALSE(digest_of_hex(text.substr(0, 62) + std::string("\0\0", 2)));
}

TEST_CASE("a digest of any bytes", "[digest]")
{
    CHECK(digest_of("", "") == digest_of("", "x"));
    const auto nuls = [](std::size_t count) { return "\r\n" + std::string(count, '\0'); };
    CHECK(digest_of(nuls(100'000), "") != digest_of(nuls(99'999), ""));
}
