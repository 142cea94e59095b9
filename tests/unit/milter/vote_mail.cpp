#include "milter/vote_mail.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/mail/digest.hpp"
#include "base/mail/reference_field.hpp"
#include "milter/filter/message/attached_messages.hpp"
#include "tests/support/print.hpp"
#include "tests/unit/milter/milter_in_memory.hpp"

using namespace lazaret;
using namespace lazaret::milter;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

const std::string spam_box = "<spam@inbox.example>";
const std::string ham_box = "<ham@inbox.example>";
const std::string letter = "From: win@shop.example\r\nMessage-Id: <1@shop.example>\r\n\r\nBuy!\r\n";

struct VotingMilter : Milter {
    VotingMilter()
    {
        auto with_addresses = test_conduct();
        with_addresses.votes.spam_address = "spam@inbox.example";
        with_addresses.votes.ham_address = "ham@inbox.example";
        conduct.replace(with_addresses);
    }

    std::string delivered(const std::string& received, std::chrono::seconds ago = 1h) const
    {
        return "Delivered-To: ada@partner.example\r\nX-Lazaret-Reference: " +
               make_reference_field(test_keys(), received, digest_of(received, ""), 0, now - ago) +
               "\r\n" + received;
    }

    /// A mail with these attached, from somebody who has signed in.
    Answer forward(const std::vector<std::string>& recipients,
                   const std::vector<std::string>& attached, std::string_view user = "ada")
    {
        std::string body = "--cut\r\nContent-Type: text/plain\r\n\r\nThis is spam.\r\n";
        for (const auto& one : attached)
            body +=
                "--cut\r\nContent-Type: message/rfc822\r\n"
                "Content-Disposition: attachment\r\n\r\n" +
                one + "\r\n";
        return send(recipients, body + "--cut--\r\n",
                    {{"Content-Type", " multipart/mixed; boundary=cut"}}, user);
    }

    bool says(const std::string& received, bool is_spam)
    {
        const auto votes = keeper.votes();
        const auto found = votes.find({"ada@partner.example", digest_of(received, "")});
        return found != votes.end() && found->second == is_spam;
    }
};

}  // namespace

TEST_CASE("delivered mail carries a reference, on top of what came", "[votes]")
{
    Milter milter;
    const auto reference_of = [](const Answer& answer) {
        return answer.insertions.empty() ? std::string{} : answer.insertions.front().value;
    };
    const auto answer = milter.send({ben, stranger}, "hello\r\n", {{"Subject", " hi"}});
    REQUIRE(answer.insertions.size() == 1);
    CHECK(answer.insertions.front().name == reference_header);
    const std::string received =
        "From: Ada <ada@partner.example>\r\nMessage-ID: <1@partner.example>\r\nSubject: hi\r\n\r\n"
        "hello\r\n";
    const auto known = known_message(
        test_keys(), "X-Lazaret-Reference: " + reference_of(answer) + "\r\n" + received,
        milter.now + 1h);
    REQUIRE(known);
    CHECK(known->digest == milter.notebook.passages().front().delivered->digest);

    // Marked, it is known all the same.
    const auto tagged = milter.send({marked}, "SPAM\r\n", {{"Subject", " hi"}});
    CHECK(known_message(test_keys(),
                        "X-Lazaret-Reference: " + reference_of(tagged) +
                            "\r\nFrom: Ada <ada@partner.example>\r\n"
                            "Message-ID: <1@partner.example>\r\nSubject: " +
                            tagged.changes.front().value + "\r\n\r\nSPAM\r\n",
                        milter.now));

    CHECK(reference_of(milter.send({ben}, "SPAM")).empty());              // held
    CHECK(reference_of(milter.send({stranger}, "hello")).empty());        // none of our mailboxes
    CHECK(reference_of(milter.send({ben}, "hello", {}, "ben")).empty());  // not judged
    auto off = test_conduct();
    SECTION("not where they are off") { off.votes.references = false; }
    SECTION("not where nobody notes whose it was") { off.config.passages = false; }
    milter.conduct.replace(off);
    CHECK(reference_of(milter.send({ben}, "hello")).empty());
}

TEST_CASE("a reference that comes in is taken off", "[votes]")
{
    Milter milter;
    const auto answer = milter.send({ben}, "hello", {{"x-lazaret-REFERENCE", " k1 1 a 0 b"}});
    CHECK(answer.changes == std::vector<HeaderChange>{{"x-lazaret-REFERENCE", 1, ""}});
    CHECK(answer.insertions.size() == 1);
}

TEST_CASE("what is forwarded as an attachment is a vote, and goes nowhere", "[votes]")
{
    VotingMilter milter;
    const auto more = "Subject: more\r\n" + letter;
    auto answer = milter.forward({"<Spam@inbox.example>"},
                                 {milter.delivered(letter), milter.delivered(more)});
    CHECK(answer.reply == Answer::Reply::Accept);
    CHECK(answer.drop == std::vector<std::string>{"<Spam@inbox.example>"});
    CHECK(milter.says(letter, true));
    CHECK(milter.says(more, true));
    CHECK(milter.keeper.votes().size() == 2);
    CHECK(milter.notebook.passages().empty());

    answer = milter.forward({ham_box}, {milter.delivered(letter)});
    CHECK(answer.drop == std::vector<std::string>{ham_box});
    CHECK(milter.says(letter, false));
    // For somebody else besides, it is mail like any other.
    answer = milter.forward({ben, spam_box}, {milter.delivered(letter)});
    CHECK(answer.drop == std::vector<std::string>{spam_box});
    CHECK(answer.reply == Answer::Reply::Accept);
    CHECK(milter.says(letter, true));
}

TEST_CASE("what is forwarded and not believed is no vote", "[votes]")
{
    VotingMilter milter;
    const auto good = milter.delivered(letter);
    const auto changed = good + "more\r\n";
    for (const auto& attached :
         std::vector<std::vector<std::string>>{{},
                                               {letter},
                                               {changed},
                                               {milter.delivered(letter, 15 * 24h)},
                                               {"", "\r\n\r\n"},
                                               // Within another it is not what was forwarded.
                                               {"Content-Type: message/rfc822\r\n\r\n" + good}}) {
        const auto answer = milter.forward({spam_box}, attached);
        CHECK(answer.reply == Answer::Reply::Accept);
        CHECK(answer.drop == std::vector<std::string>{spam_box});
    }
    CHECK(milter.send({spam_box}, "> " + good, {}, "ada").drop.size() == 1);
    CHECK(milter.keeper.votes().empty());
    // One that is not believed takes no other with it.
    milter.forward({spam_box}, {changed, good});
    CHECK(milter.keeper.votes().size() == 1);
}

TEST_CASE("what is forwarded as text is counted, with what it says of the message", "[votes]")
{
    VotingMilter milter;
    const auto good = milter.delivered(letter);
    CHECK(milter.send({ham_box}, "Look:\r\n" + good, {{"Subject", " Fwd: prices"}}, "ada").drop ==
          std::vector<std::string>{ham_box});
    milter.send({spam_box}, "No header at all", {}, "ada");
    milter.forward({spam_box}, {good});
    milter.forward({spam_box}, {letter});  // attached, if not believed: no text
    const auto counted = milter.keeper.text_forwards();
    REQUIRE(counted.size() == 2);
    CHECK(counted[0].address == "ada@partner.example");
    CHECK_FALSE(counted[0].is_spam);
    CHECK(counted[0].subject == "Fwd: prices");
    CHECK(counted[0].digest == digest_of(letter, ""));
    CHECK(counted[0].senders[1] == "win@shop.example");
    CHECK(counted[1].is_spam);
    CHECK_FALSE(counted[1].digest);

    milter.keeper.set_away(true);
    CHECK_THROWS_AS(milter.send({spam_box}, "later", {}, "ada"), Error);
    CHECK(milter.send({spam_box}, "from a stranger").reply == Answer::Reply::Refuse);
}

TEST_CASE("votes are taken from people who have signed in", "[votes]")
{
    VotingMilter milter;
    const auto good = milter.delivered(letter);
    auto answer = milter.forward({spam_box}, {good}, "");
    CHECK(answer.reply == Answer::Reply::Refuse);
    CHECK(answer.words->code == "550");
    CHECK(milter.forward({ham_box, spam_box}, {good}, "").reply == Answer::Reply::Refuse);
    milter.session.mail("<>", {});
    milter.session.recipient(read_recipient(spam_box, {}, {}));
    milter.session.end_of_header();
    CHECK(milter.session.finish("Q2", "ada", [] {}).reply == Answer::Reply::Refuse);
    CHECK(milter.keeper.votes().empty());

    milter.session.connect("localhost", "127.0.0.1");
    CHECK(milter.forward({spam_box}, {good}, "").reply == Answer::Reply::Accept);
    CHECK(milter.says(letter, true));
    // Where there are no such addresses, it is mail.
    milter.conduct.replace(test_conduct());
    CHECK(milter.forward({spam_box}, {good}, "ada").drop.empty());
}

TEST_CASE("a stranger who answers to all writes to the others", "[votes]")
{
    VotingMilter milter;
    const auto drops = [](const Answer& answer) {
        CHECK(answer.reply == Answer::Reply::Accept);
        return answer.drop;
    };
    using Names = std::vector<std::string>;
    CHECK(drops(milter.send({spam_box, ben, ham_box}, "hello")) == Names{ham_box, spam_box});
    REQUIRE(milter.notebook.passages().size() == 1);
    CHECK(milter.notebook.passages()[0].mailbox == "ben@inbox.example");
    CHECK(drops(milter.send({ben, spam_box}, "SPAM")) == Names{spam_box, ben});
    REQUIRE(milter.keeper.kept().size() == 1);
    CHECK(milter.keeper.kept()[0].copy.mailbox == "ben@inbox.example");
    CHECK(milter.send({ben, spam_box}, "CERTAIN").reply == Answer::Reply::Refuse);
    CHECK(drops(milter.forward({ben, spam_box}, {milter.delivered(letter)}, "")) ==
          Names{spam_box});
    CHECK(milter.keeper.votes().empty());
}

TEST_CASE("a vote is of who signed in, not of whom he writes as", "[votes]")
{
    VotingMilter milter;
    const auto voters = [&](std::string_view user) {
        milter.forward({spam_box}, {milter.delivered(letter)}, user);
        std::vector<std::string> all;
        for (const auto& [about, says] : milter.keeper.votes()) all.push_back(about.first);
        return all;
    };
    using Names = std::vector<std::string>;
    CHECK(voters("Eve+tag@Inbox.Example") == Names{"eve@inbox.example"});
    // A name that is no address of ours says nothing: then the mail server vouches for MAIL FROM.
    for (const auto* user : {"ada", "ada@directory.example", "@inbox.example"}) {
        VotingMilter other;
        other.forward({spam_box}, {other.delivered(letter)}, user);
        CHECK(other.says(letter, true));
    }
}

TEST_CASE("a message that is longer than a vote may be is none", "[votes]")
{
    VotingMilter milter;
    const auto body = letter + std::string(store::longest_mail_vote, 'x') + "\r\n";
    milter.forward({spam_box}, {milter.delivered(body), milter.delivered(letter)});
    CHECK(milter.keeper.votes().size() == 1);
    CHECK(milter.says(letter, true));
}

TEST_CASE("what is forwarded before its delivery is noted waits for the note", "[votes]")
{
    VotingMilter milter;
    milter.keeper.note_from(milter.now + 600ms);
    milter.forward({spam_box}, {milter.delivered(letter, 0s)});
    CHECK(milter.says(letter, true));
    // Longer ago it would be noted by now: nobody waits for that.
    milter.keeper.note_from(milter.now + 24h);
    const auto begun = std::chrono::steady_clock::now();
    const auto older = "Subject: older\r\n" + letter;
    milter.forward({spam_box}, {milter.delivered(older, 1min), milter.delivered(older, 9s)});
    CHECK_FALSE(milter.says(older, true));
    CHECK(std::chrono::steady_clock::now() - begun < 8s);
}

TEST_CASE("no vote is lost while the database is away", "[votes]")
{
    VotingMilter milter;
    milter.keeper.set_away(true);
    CHECK_THROWS_AS(milter.forward({spam_box}, {milter.delivered(letter)}), Error);
    milter.keeper.set_away(false);
    CHECK(milter.forward({spam_box}, {milter.delivered(letter)}).reply == Answer::Reply::Accept);
    CHECK(milter.says(letter, true));
}

TEST_CASE("attached messages are found as they are", "[votes]")
{
    using filter::attached_messages;
    const std::string inner =
        "Subject: a\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n"
        "--in\r\n\r\ntext\r\n--in--\r\nbehind\r\n";
    const std::string mail =
        "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\nhello\r\n"
        "--out\r\nContent-Type: message/rfc822\r\n\r\n" +
        inner +
        "\r\n--out\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "U3ViamVjdDogYgoKYm9keQo=\r\n--out--\r\n";
    CHECK(attached_messages(mail, 10) == std::vector<std::string>{inner, "Subject: b\n\nbody\n"});
    // None that is within another, encoded or not.
    const auto outer = "Content-Type: message/rfc822\r\n\r\n" + mail;
    CHECK(attached_messages(outer, 10) == std::vector<std::string>{mail});
    CHECK(attached_messages(mail, 1) == std::vector<std::string>{inner});
    CHECK(attached_messages("Content-Type: message/rfc822\r\n\r\n" + inner, 10) ==
          std::vector<std::string>{inner});
    CHECK(attached_messages(inner, 10).empty());
    // Those that had to be decoded are whole, or left out.
    const std::string encoded =
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    const auto first = encoded + "Subject: a\n\n" + std::string(1'000, 'a');
    const auto three = "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n" + encoded +
                       first + "\r\n--out\r\n" + encoded + "Subject: b\n\n" +
                       std::string(1'000, 'b') + "\r\n--out\r\n" + encoded + "Subject: c\n\n";
    CHECK(attached_messages(three, 10).size() == 3);
    filter::ReadLimits limits;
    limits.message = three.size();
    CHECK(attached_messages(three, 10, limits) == std::vector<std::string>{first});
    // In a digest parts without a type are messages; a part that never ends goes to the end.
    CHECK(attached_messages("Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\n" +
                                letter + "\r\n--d\r\n\r\n" + letter,
                            10) == std::vector<std::string>{letter, letter});
}
