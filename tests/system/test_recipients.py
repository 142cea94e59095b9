"""One message, several recipients: each gets what his own lists and domain say."""

import re
import unittest
import urllib.request

import messages
from site_case import OUTBOUND, SiteCase
from test_awkward import wide

SENDER = "offers@shop.example"


class ThreeRecipients(SiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lazaret.ctl("allow", "add", "anna@strict.example", SENDER)
        cls.lazaret.ctl("allow", "add", "dora@strict.example", SENDER)
        cls.site.settle()

    def test_allowed_with_proof_held_and_unprotected(self):
        three = ["anna@strict.example", "bert@strict.example", "carl@elsewhere.example"]
        mail = self.site.signed(messages.letter(SENDER, "Winter prices"), SENDER, "relaxed")

        self.accepted(self.site.send(mail, SENDER, three))

        self.assertIn(b"Winter prices", self.delivered_once(three[0]).stored)
        self.held_once(three[1], **{"class": "spam"})
        self.delivered_once(three[2])
        self.not_held(three[0])
        self.not_held(three[2])
        self.not_delivered(three[1])

    def test_forged_sender_is_held_in_spite_of_the_list(self):
        three = ["dora@strict.example", "emil@strict.example", "fred@elsewhere.example"]

        self.accepted(self.site.send(messages.letter(SENDER, "Winter prices"), SENDER, three))

        copy = self.held_once(three[0], **{"class": "spam"})
        self.held_once(three[1], **{"class": "spam"})
        self.delivered_once(three[2])
        self.not_delivered(three[0])
        self.assertIn("not proven", self.lazaret.ctl("why", copy["reference"]).replace("_", " "))

    def test_a_stranger_cannot_bring_the_proof_himself(self):
        recipient = "dora+proof@strict.example"
        mail = messages.letter(SENDER, "Winter prices")
        claim = b"Authentication-Results: mx.inbox.example;\r\n\tdkim=pass header.d=shop.example\r\n"

        self.accepted(self.site.send(claim + mail, SENDER, recipient))

        self.held_once(recipient)
        self.not_delivered(recipient)

    def test_a_broken_signature_proves_nothing(self):
        recipient = "dora+broken@strict.example"
        mail = self.site.signed(messages.letter(SENDER, "Winter prices"), SENDER, "simple")

        self.accepted(self.site.send(mail.replace(b"Winter", b"Summer"), SENDER, recipient))

        self.held_once(recipient)
        self.not_delivered(recipient)


class Metrics(SiteCase):
    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.lazaret.metrics_port}/metrics",
                                    timeout=10) as answer:
            return {name: float(value) for name, value in
                    re.findall(r"^(lazaret_\S+) (\S+)$", answer.read().decode(), re.MULTILINE)}

    def test_what_was_done_is_counted(self):
        before = self.metrics()
        self.accepted(self.site.send(messages.letter(SENDER), SENDER,
                                     ["counted@strict.example", "counted@elsewhere.example"]))
        self.held_once("counted@strict.example")
        after = self.metrics()
        grown = {name for name, value in after.items() if value > before.get(name, 0)
                 and "bucket" not in name and "_sum" not in name}
        self.assertEqual(grown - {"lazaret_sessions", "lazaret_messages_in_hand"}, {
            'lazaret_messages_total{class="spam"}', 'lazaret_judgement_seconds_count',
            'lazaret_recipients_total{action="hold",class="spam"}',
            'lazaret_replies_total{reply="accept"}'})


class OddForms(SiteCase):
    """Postfix reads more than an address as the standards write it, and so must we: whatever a
    stranger writes, the mail is judged by the settings of whom it reaches."""

    def test_each_is_held_for_whom_it_means(self):
        self.lazaret.ctl("settings", "set", "bare@inbox.example", "hold_at", "-50")
        self.site.settle()
        long = "l" * 60 + "o" * 1100
        for written, meant in (("<bare>", "bare@inbox.example"),  # myorigin is appended
                               ("<strict.example!bang>", "bang@strict.example"),
                               ("<percent%strict.example>", "percent@strict.example"),
                               ("<behind@strict.example(comment)>", "behind@strict.example"),
                               ("<(comment)before@strict.example>", "before@strict.example"),
                               ("<spaced @ strict.example>", "spaced@strict.example"),
                               ("<@relay.example:route@strict.example>", "route@strict.example"),
                               (f"<{long}@strict.example>", f"{long}@strict.example")):
            with self.subTest(written[:60]):
                self.accepted(self.site.send(messages.letter(), "ada@partner.example", written))
                self.held_once(meant)
                self.not_delivered(meant)

    def test_all_in_one_message(self):
        written = ["<strict.example!all1>", "<all2%strict.example>", "<@relay.example:all3@strict.example>",
                   "<all4@elsewhere.example>"]
        self.accepted(self.site.send(messages.letter(), "ada@partner.example", written))
        for number in (1, 2, 3):
            self.held_once(f"all{number}@strict.example")
            self.not_delivered(f"all{number}@strict.example")
        self.delivered_once("all4@elsewhere.example")


class RuleScores(SiteCase):
    """One message, two domains: the points that each gives a rule count for its own recipients."""

    def test_one_holds_what_the_other_lets_pass(self):
        for domain, scores in (("inbox.example", "TOO_COMPLEX=9"),
                               ("strict.example", "TOO_COMPLEX=-60")):  # below its hold_at
            self.lazaret.ctl("settings", "set", f"@{domain}", "rule_scores", scores)
            self.addCleanup(self.lazaret.ctl, "settings", "unset", f"@{domain}", "rule_scores")
        self.site.settle()
        held, delivered = "ines@inbox.example", "jan@strict.example"

        self.accepted(self.site.send(wide(1_200), SENDER, [held, delivered]))

        copy = self.held_once(held, **{"class": "spam"})
        mail = self.delivered_once(delivered)
        self.not_delivered(held)
        self.not_held(delivered)
        why = self.lazaret.ctl("why", copy["reference"])
        self.assertIn("+9.0  TOO_COMPLEX", why)
        self.assertIn("Setting rule_scores was chosen by the domain inbox.example", why)
        # Both would get the same header, so it says what the message is to everybody.
        self.assertIn(b"TOO_COMPLEX:2.0", mail.stored)


class Outbound(SiteCase):
    def test_mail_of_our_own_networks_is_not_judged(self):
        recipient = "gerd@strict.example"
        self.accepted(self.site.send(messages.letter(), "ada@inbox.example", recipient, OUTBOUND))
        self.delivered_once(recipient)
        self.not_held(recipient)

    def test_but_searched_for_viruses(self):
        recipient = "hans@elsewhere.example"
        answer = self.site.send(messages.with_virus(), "ada@inbox.example", recipient, OUTBOUND)
        self.assertTrue(answer.refused, answer)
        self.not_delivered(recipient)


if __name__ == "__main__":
    unittest.main()
