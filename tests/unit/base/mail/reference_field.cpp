#include "base/mail/reference_field.hpp"

#include <fmt/format.h>

#include "base/mail/digest.hpp"
#include "milter/filter/learn/model.hpp"
#include "milter/header_edits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/seal_keys.hpp"

using namespace lazaret;
using namespace std::chrono_literals;

namespace {

constexpr auto now = sealed_at;

const std::string trace =
    "Received: from mx.shop.example by gateway.inbox.example; Tue, 24 Nov 2026 09:00:00 +0100\r\n"
    "Authentication-Results: gateway.inbox.example; dkim=pass header.d=shop.example\r\n";
const std::string head = trace +
                         "From: Office <office@shop.example>\r\n"
                         "To: ann@inbox.example\r\n"
                         "Subject: Winter\r\n prices\r\n"
                         "Date: Tue, 24 Nov 2026 09:00:00 +0100\r\n"
                         "Message-ID: <1@shop.example>\r\n";
const std::string body = "Our prices of the winter:\r\nhttps://shop.example/winter\r\n";

SealKeys keys() { return SealKeys::parse(key_one, "test"); }

std::string without_cr(std::string text)
{
    std::erase(text, '\r');
    return text;
}

/// What a milter says of a message, and what then lies in a Maildir.
struct Delivery {
    std::string head = ::head;
    std::string body = ::body;
    std::size_t mark = 0;
    Moment when = now;
    std::string queue_id{};

    [[nodiscard]] std::string received() const { return head + "\r\n" + body; }
    [[nodiscard]] std::string field() const
    {
        return make_reference_field(keys(), received(), digest_of(received(), queue_id), mark,
                                    when);
    }
    [[nodiscard]] std::string stored(const std::string& field, const std::string& stored_head) const
    {
        return without_cr(
            "Return-Path: <bounce@shop.example>\r\n"
            "X-Original-To: ann@inbox.example\r\n"
            "Delivered-To: ann@inbox.example\r\n"
            "Received: from mx.shop.example by mx.inbox.example (Postfix) with ESMTP id 4XyZ\r\n"
            "Authentication-Results: mx.inbox.example; spf=pass\r\n"
            "X-Lazaret-Reference: " +
            field + "\r\n" + stored_head +
            "X-Lazaret-Score: 1.50\r\nX-Lazaret-Hits: LEARNED_SPAM:1.5\r\n\r\n" + body);
    }
    [[nodiscard]] std::string stored() const { return stored(field(), head); }
};

std::string outcome(const SealKeys& some, const std::string& bytes, Moment when)
{
    const auto known = known_message(some, bytes, when);
    if (known) return "known";
    switch (known.error()) {
        case ReferenceFault::Missing: return "missing";
        case ReferenceFault::Malformed: return "malformed";
        case ReferenceFault::Forged: return "forged";
        case ReferenceFault::Expired: return "expired";
        case ReferenceFault::Changed: return "changed";
    }
    return "";
}
std::string outcome(const std::string& bytes) { return outcome(keys(), bytes, now); }

std::string with(std::string text, const std::string& old, const std::string& wanted)
{
    const auto at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), wanted);
}

}  // namespace

TEST_CASE("a delivered message is known again, as it came to us", "[reference]")
{
    const Delivery one;
    const auto known = known_message(keys(), one.stored(), now + 24h);
    REQUIRE(known);
    CHECK(known->digest == digest_of(one.received(), ""));
    CHECK(known->passed == now);
    CHECK(known->bytes == one.received().substr(trace.size()));
    // With line ends as IMAP has them, and folded as some gateway may.
    CHECK(outcome(with(one.stored(), "k1 ", "k1\n\t")) == "known");
    CHECK(outcome(keys(), known_message(keys(), one.stored(), now)->bytes, now) == "missing");
}

TEST_CASE("a reference is believed for two weeks, with our keys, of these bytes", "[reference]")
{
    const Delivery one;
    const auto stored = one.stored();
    CHECK(outcome(keys(), stored, now + 14 * 24h) == "known");
    CHECK(outcome(keys(), stored, now + 14 * 24h + 1s) == "expired");
    CHECK(outcome(SealKeys::parse(key_two, "test"), stored, now) == "forged");
    CHECK(outcome(SealKeys::parse("k1" + key_two.substr(2), "test"), stored, now) == "forged");
    CHECK(outcome(SealKeys::parse(key_two + "\n" + key_one, "test"), stored, now) == "known");

    CHECK(outcome(with(stored, "Our prices", "My prices")) == "changed");
    CHECK(outcome(with(stored, "Winter\n prices", "Summer")) == "forged");
    // What the digest does not look at, a model does.
    CHECK(outcome(with(stored, "Winter\n prices", "Winterprices")) == "forged");
    CHECK(outcome(with(stored, "Winter\n prices", "Winter  prices")) == "known");
    const auto traced = known_message(
        keys(), with(stored, "\nFrom:", "\nReceived: from a.bank.example\nFrom:"), now);
    REQUIRE(traced);
    CHECK(traced->bytes.find("bank") == std::string::npos);
    CHECK(outcome(with(stored, "<office@shop.example>", "<office@bank.example>")) == "forged");
    CHECK(outcome(with(stored, "\nSubject:", "\nX-More: 1\nSubject:")) == "forged");
    CHECK(outcome(with(stored, "24 Nov 2026 09:00:00 +0100\nMessage", "25 Nov 2026\nMessage")) ==
          "forged");

    Delivery another;
    another.body = "Another message\r\n";
    CHECK(outcome(another.stored(one.field(), another.head)) == "changed");
    CHECK(outcome(without_cr(one.received())) == "missing");
}

TEST_CASE("no altered reference is believed", "[reference]")
{
    const Delivery one;
    const auto field = one.field();
    for (std::size_t at = 0; at < field.size(); ++at) {
        auto altered = field;
        altered[at] = altered[at] == '1' ? '2' : '1';
        CAPTURE(altered);
        CHECK(outcome(one.stored(altered, one.head)) != "known");
    }
    for (const std::string other :
         {"", " ", "k1", "k1 1 2 3", "k1 -5 x 0 y", "k1 99999999999999999999 a 0 b"})
        CHECK(outcome(one.stored(other, one.head)) == "malformed");
    CHECK(outcome(one.stored(field + " more", one.head)) == "malformed");
    CHECK(outcome(one.stored(field + std::string(400, 'x'), one.head)) == "malformed");
    // The first counts: what stands below was a stranger's, and the milter would have taken it off.
    CHECK(outcome(with(one.stored("k1 1 A 0 B", one.head),
                       "From:", "X-Lazaret-Reference: " + field + "\nFrom:")) == "malformed");
}

// As Postfix's smtp(8) and lmtp(8) hand mail on.
std::string with_broken_lines(const std::string& text)
{
    constexpr std::size_t most = 998;
    std::string out;
    std::size_t column = 0;
    for (const char c : text) {
        if (c == '\n') column = 0;
        else if (column == most) {
            out += "\r\n ";
            column = 2;
        } else ++column;
        out += c;
    }
    return out;
}

TEST_CASE("a message with long lines is known where they were broken on the way", "[reference]")
{
    const std::string words(500, 'w');
    Delivery one;
    one.head += "X-Long: " + std::string(3000, 'x') + "\r\nX-Last: " + words + ' ' + words + "\r\n";
    one.body = std::string(996, 'a') + "\r\n" + std::string(997, 'b') + "\r\n" +
               std::string(998, 'c') + "\r\n" + std::string(999, 'd') + "\r\n" +
               std::string(5000, 'e') + "\r\n" + words + ' ' + words + "\r\n.\r\n";
    const auto stored = with_broken_lines(one.stored());
    REQUIRE(stored != one.stored());
    const auto known = known_message(keys(), stored, now);
    REQUIRE(known);
    CHECK(known->bytes == one.received().substr(trace.size()));
    CHECK(outcome(with(stored, "wwww", "wwvw")) == "forged");
    CHECK(outcome(with(stored, "eeee", "eefe")) == "changed");
    // What its sender wrote so is known as it is.
    Delivery own;
    own.body = std::string(998, 'a') + "\r\n and more\r\n";
    const auto as_written = known_message(keys(), own.stored(), now);
    REQUIRE(as_written);
    CHECK(as_written->bytes == own.received().substr(trace.size()));
}

TEST_CASE("a mark before the subject is taken off", "[reference]")
{
    const std::string mark = "[Spam? \u2013]";
    struct Row {
        const char* says;
        std::string subject;
    };
    const auto row = GENERATE(values<Row>({
        {"a subject", "Subject: Winter\r\n prices\r\n"},
        {"none", ""},
        {"an empty one", "Subject:\r\n"},
        {"one in capitals", "SUBJECT:   Winter  \r\n"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Delivery one{.head = "From: a@shop.example\r\nMessage-Id: <2@shop.example>\r\n" +
                                   row.subject + "To: ann@inbox.example\r\n",
                           .mark = mark.size()};
        // As the milter edits it.
        const auto received = one.received();
        const auto cut = cut_header(received);
        const auto edit = milter::marked_subject(cut.fields, mark);
        std::string stored_head;
        for (const auto& field : cut.fields)
            stored_head += edit.changes.empty() || field.name != edit.changes[0].name
                               ? std::string{field.whole}
                               : fmt::format("{}: {}\r\n", field.name, edit.changes[0].value);
        for (const auto& addition : edit.additions)
            stored_head += fmt::format("{}: {}\r\n", addition.name, addition.value);
        const auto stored = one.stored(one.field(), stored_head);
        CHECK(stored.find(mark) != std::string::npos);
        const auto known = known_message(keys(), stored, now);
        REQUIRE(known);
        CHECK(digest_of(known->bytes, "") == digest_of(received, ""));
        CHECK(known->bytes.find(mark) == std::string::npos);
    }
}

TEST_CASE("a message that the MTA named is known by the name", "[reference]")
{
    const Delivery one{.head =
                           "To: ann@inbox.example\r\nSubject: from a machine\r\n"
                           "Message-Id: <20261124080000.4XyZ1b@mx.inbox.example>\r\n"
                           "Date: Tue, 24 Nov 2026 09:00:00 +0100\r\n"
                           "From: root@inbox.example\r\n",
                       .queue_id = "4XyZ1b"};
    CHECK(digest_of(one.received(), "") != digest_of(one.received(), one.queue_id));
    const auto known = known_message(keys(), one.stored(), now);
    REQUIRE(known);
    CHECK(known->digest == digest_of(one.received(), one.queue_id));
}

TEST_CASE("the model learns the same of a delivered message as of the one that came", "[reference]")
{
    const Delivery one;
    filter::Model model;
    model.learn("Subject: minutes\r\n\r\nThe minutes are attached\r\n", filter::Label::Ham);
    model.learn("Subject: pills\r\n\r\nBuy pills\r\n", filter::Label::Spam);
    auto from_milter = model;
    auto from_mailbox = model;
    from_milter.learn_vote(one.received(), filter::Label::Spam, {1, 2}, 0.3);
    from_mailbox.learn_vote(known_message(keys(), one.stored(), now)->bytes, filter::Label::Spam,
                            {1, 2}, 0.3);
    CHECK(from_milter.differing_weights(model) > 0);
    CHECK(from_mailbox.differing_weights(from_milter) == 0);
}
