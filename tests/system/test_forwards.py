"""Mail that people forward to the addresses of the site for it, through a real Postfix."""

import json
import threading

import messages
from private_site.smtp import crlf
from site_case import OUTBOUND
from vote_case import ANN, BEN, CAT, HAM, SENDER, SPAM, VoteCase


def forward(*attached):
    """A mail with these attached as they are."""
    parts = b"".join(b"--cut\r\nContent-Type: message/rfc822\r\n\r\n" + crlf(one) + b"\r\n"
                     for one in attached)
    return messages.letter(ANN, subject="Fwd: spam", extra="X-Note: x\n").replace(
        b"Content-Type: text/plain; charset=utf-8",
        b'Content-Type: multipart/mixed; boundary="cut"').partition(b"\r\n\r\n")[0] + (
            b"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\nHere.\r\n" + parts + b"--cut--\r\n")


class Forwards(VoteCase):
    def send(self, message, sender, recipients, source=OUTBOUND):
        return self.site.send(message, sender, recipients, source)

    def setUp(self):
        self.site.database.rows("delete from lazaret.vote where account_id > 0")

    def test_an_attached_message_is_a_vote_and_is_not_delivered(self):
        first = self.learn()["version"]
        mail = self.receive(ANN, subject="Winter prices")
        self.assertTrue(self.send(forward(mail), ANN, SPAM).accepted)
        self.assertEqual(self.votes_of(ANN), [["spam", "-", "forward"]])
        self.assertEqual(self.learn()["learned"], 1)
        self.assertTrue(self.send(forward(mail), ANN, HAM).accepted)
        self.assertEqual(self.votes_of(ANN), [["ham", "spam", "forward"]])
        done = self.learn()
        self.assertEqual((done["learned"], done["taken_back"]), (1, 1))
        self.assertGreater(self.differing(first, done["version"]), 0)
        self.site.postfix.wait_for_empty_queue()
        for box in (SPAM, HAM):
            self.assertEqual([mail for mail in self.site.postfix.delivered()
                              if mail.recipient == box], [])

    def test_only_the_mail_of_who_forwards_it(self):
        mail = self.receive(BEN, subject="For Ben")
        self.assertTrue(self.send(forward(mail), ANN, SPAM).accepted)
        self.assertTrue(self.send(forward(mail.replace(b"For Ben", b"For Ann")), BEN, SPAM).accepted)
        self.assertTrue(self.send(messages.letter(BEN, body=mail.decode()), BEN, SPAM).accepted)
        self.assertEqual(self.votes_of(ANN) + self.votes_of(BEN), [])
        self.assertTrue(self.send(forward(mail), BEN, SPAM).accepted)
        self.assertEqual(self.votes_of(BEN), [["spam", "-", "forward"]])

    def test_as_text_it_is_counted_and_its_sender_proposed(self):
        def counted():
            return json.loads(self.lazaret.ctl("learn", "status", "--json"))["as_text"]

        def proposed():
            return self.site.database.rows(
                "select p.sender, p.subject_line from lazaret.block_proposal p join lazaret.address"
                f" a using (tenant_id, account_id) where a.address = '{ANN}' and p.is_open")
        before = counted()
        mail = self.receive(ANN, subject="Spring prices")
        quoted = f"-------- Original --------\nFrom: Shop <{SENDER}>\n\nPrices\n"
        inline = messages.letter(ANN, subject="Fwd: Spring prices", body=quoted)
        self.assertTrue(self.send(inline, BEN, SPAM).accepted)
        self.assertEqual(proposed(), [])  # it was not delivered to Ben
        self.assertTrue(self.send(inline, ANN, SPAM).accepted)
        self.assertEqual(proposed(), [[SENDER, "Spring prices"]])
        self.assertEqual(counted(), {"forwards": before["forwards"] + 2,
                                     "found": before["found"] + 1})
        # By the header that its mail program wrote out, whatever its subject became.
        self.site.database.rows("update lazaret.block_proposal set is_open = false")
        header = mail.partition(b"\n\n")[0].decode()
        self.assertTrue(self.send(messages.letter(ANN, subject="Look", body=f"{header}\n\nx\n"),
                                  ANN, SPAM).accepted)
        self.assertEqual(proposed(), [[SENDER, "Spring prices"]])
        self.assertEqual(self.votes_of(ANN) + self.votes_of(BEN), [])
        self.assertIn("Forwarded as text", self.lazaret.ctl("learn", "status"))

    def test_who_forwards_at_once_is_waited_for(self):
        """Its delivery cannot be noted for some seconds: what notes it waits for a lock."""
        with self.site.database.hold("lock table lazaret.passage in share mode"):
            self.assertTrue(self.site.send(messages.letter(SENDER, subject="At once"), SENDER,
                                           CAT).accepted)
            mail = self.site.postfix.delivered_to(CAT)[-1].stored
            self.assertEqual(self.passages(CAT), 0)
            answers = []
            forwarding = threading.Thread(
                target=lambda: answers.append(self.send(forward(mail), CAT, SPAM)))
            forwarding.start()
            forwarding.join(2)
            self.assertTrue(forwarding.is_alive())
            self.assertEqual(self.votes_of(CAT), [])
        forwarding.join(20)
        self.assertTrue(answers and answers[0].accepted, answers)
        self.assertEqual(self.votes_of(CAT), [["spam", "-", "forward"]])

    def test_strangers_are_refused(self):
        mail = self.receive(ANN, subject="From outside")
        answer = self.send(forward(mail), ANN, SPAM, source="127.0.0.2")
        self.assertEqual(answer.code, 550)
        self.assertIn("signed in", answer.text)
        self.assertEqual(self.votes_of(ANN), [])

    def test_a_stranger_who_answers_to_all_writes_to_the_others(self):
        mail = self.receive(BEN, subject="To be reported")
        before = self.passages(BEN)
        answer = self.send(forward(mail), SENDER, [SPAM, BEN], source="127.0.0.2")
        self.assertTrue(answer.accepted, answer)
        self.eventually(lambda: self.passages(BEN) > before, "the passage")
        self.site.postfix.wait_for_empty_queue()
        recipients = [mail.recipient for mail in self.site.postfix.delivered()]
        self.assertEqual(recipients.count(BEN), self.passages(BEN))
        self.assertNotIn(SPAM, recipients)
        self.assertEqual(self.votes_of(BEN), [])

    def test_no_vote_is_lost_while_the_database_is_away(self):
        mail = self.receive(ANN, subject="Later")
        self.site.database.stop()
        try:
            self.assertEqual(self.send(forward(mail), ANN, SPAM).code, 451)
        finally:
            self.site.database.start()
        answer = self.site.send_until_answered(forward(mail), ANN, SPAM, OUTBOUND)
        self.assertTrue(answer.accepted, answer)
        self.assertEqual(self.votes_of(ANN), [["spam", "-", "forward"]])
